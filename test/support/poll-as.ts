/** Polls a task queue under any identity, as a worker of somebody else would. */
import { Connection } from "@temporalio/client";
import { until } from "./eventually.ts";

/** Longer than any test. */
const POLL_MS = 600_000;

/** @returns when Temporal lists the poller */
export async function pollAs(
  { host, port }: { readonly host: string; readonly port: number },
  queue: string,
  identity: string,
): Promise<AsyncDisposable> {
  const connection = await Connection.connect({ address: `${host}:${port}` });
  const over = new AbortController();
  const request = { namespace: "default", taskQueue: { name: queue }, identity };
  const polling = connection
    .withAbortSignal(over.signal, () =>
      connection.withDeadline(Date.now() + POLL_MS, () => connection.workflowService.pollActivityTaskQueue(request)),
    )
    .catch(() => undefined);
  await until("Temporal lists the poller", async () => {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace: "default",
      taskQueue: { name: queue },
      taskQueueType: 2,
    });
    return (pollers ?? []).some((poller) => poller.identity === identity);
  });
  return {
    [Symbol.asyncDispose]: async () => {
      over.abort();
      await polling;
      await connection.close();
    },
  };
}
