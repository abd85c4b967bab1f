/** The daemon's workflow ends each execution, also if no runner does. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Client } from "@temporalio/client";
import { startDaemon } from "../../src/daemon/index.ts";
import { silentLogger } from "../../src/log/index.ts";
import { StigmerClient } from "../../src/stigmer/index.ts";
import { connectTemporal } from "../../src/temporal/index.ts";
import { eventually } from "../support/eventually.ts";
import { phaseOf, StigmerUser } from "../support/stigmer-user.ts";
import { startTemporal } from "../support/temporal.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const closing = new AsyncDisposableStack();
let client: Client;
let user: StigmerUser;

beforeAll(async () => {
  const folder = closing.use(await temporaryFolder());
  const temporal = closing.use(await startTemporal());
  const config = { address: temporal.address, namespace: "default", taskQueue: "", maxConcurrency: 1 };
  const connection = await connectTemporal(config);
  closing.defer(() => connection.close());
  client = new Client({ connection });
  const daemon = await startDaemon({
    connection,
    namespace: "default",
    runnerQueue: "a_queue_without_runners",
    port: 0,
    dataDir: folder.path,
    log: silentLogger,
  });
  closing.defer(() => daemon.stop());
  const stigmer = new StigmerClient({ endpoint: daemon.endpoint, tls: false, apiKey: () => "key" });
  closing.defer(() => stigmer.close());
  user = new StigmerUser(stigmer);
});
afterAll(() => closing.disposeAsync());

test("an execution that is cancelled before a runner takes it ends as cancelled", async () => {
  const execution = await user.begin(await user.session(), "Hi");
  await client.workflow.getHandle(`stigmer/agent-execution/invoke/${execution.metadata?.id}`).cancel();
  const ended = await eventually(async () => {
    const now = await user.get(execution);
    if (phaseOf(now) === "EXECUTION_PENDING") throw new Error("it still waits");
    return now;
  });
  expect([phaseOf(ended), ended.status?.error]).toEqual([
    "EXECUTION_CANCELLED",
    expect.stringContaining("cancelled: its workflow was"),
  ]);
});
