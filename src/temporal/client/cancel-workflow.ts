import { Client, Connection, WorkflowNotFoundError } from "@temporalio/client";
import type { TemporalConfig } from "../../config/index.ts";
import { withTimeout } from "../../shared/time.ts";
import { connectionOptions } from "../connection-options.ts";
import { explain } from "../explain.ts";

/** How long connecting and asking may take, each. */
const LIMIT_MS = 10_000;

/** What became of the wish to cancel a workflow. */
export type CancelOutcome =
  | { readonly type: "requested" }
  /** It had ended already. `status` as Temporal names it: `COMPLETED`, `CANCELLED`, … */
  | { readonly type: "ended"; readonly status: string }
  /** There is no workflow of this id. */
  | { readonly type: "unknown" };

/** Asks Temporal to cancel a workflow; returns when it has taken that. @throws TemporalError; the signal's reason */
export async function cancelWorkflow(
  config: TemporalConfig,
  workflowId: string,
  signal: AbortSignal,
): Promise<CancelOutcome> {
  let connecting: Promise<Connection> | undefined;
  try {
    connecting = connectionOptions(config).then((options) =>
      Connection.connect({ ...options, connectTimeout: LIMIT_MS }),
    );
    const timedOut = () => new Error(`no answer within ${LIMIT_MS / 1000} s`);
    const connection = await withTimeout(connecting, LIMIT_MS, timedOut);
    const handle = new Client({ connection, namespace: config.namespace }).workflow.getHandle(workflowId);
    const ask = <T>(work: () => Promise<T>) =>
      connection.withAbortSignal(signal, () => connection.withDeadline(Date.now() + LIMIT_MS, work));
    const { status } = await ask(() => handle.describe());
    if (status.name !== "RUNNING") return { type: "ended", status: status.name };
    await ask(() => handle.cancel());
    return { type: "requested" };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof WorkflowNotFoundError) return { type: "unknown" };
    throw await explain(error, config);
  } finally {
    // Also one that comes up after its time must not stay open.
    connecting?.then((late) => late.close()).catch(() => undefined);
  }
}
