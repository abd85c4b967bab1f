import { join } from "node:path";
import { Client } from "@temporalio/client";
import type { NativeConnection } from "@temporalio/worker";
import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { openDatabase } from "../shared/open-database.ts";
import { protobufJsonCodec } from "../temporal/index.ts";
import { DevError } from "./dev-error.ts";
import { ExecutionBook } from "./executions.ts";
import { serveGrpc } from "./grpc-server.ts";
import { upgrade } from "./resource-kind.ts";
import { ResourceStore } from "./resource-store.ts";
import { services } from "./services.ts";
import { createWorkflowWorker, WORKFLOW_QUEUE } from "./workflow/workflow-worker.ts";

export interface DaemonOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** The queue that the runner polls. */
  readonly runnerQueue: string;
  /** Port of the gRPC server; 0 for any free one. */
  readonly port: number;
  readonly dataDir: string;
  readonly log: Logger;
}

/** An embedded Stigmer daemon: resources in a file, gRPC on loopback, the executions' workflow. */
export interface Daemon {
  /** `localhost:<port>`. */
  readonly endpoint: string;
  /** Resolves with the reason when the daemon can start no more workflows. */
  readonly lost: Promise<DevError>;
  stop(): Promise<void>;
}

const WORKFLOW_TYPE = "stigmer/agent-execution/invoke";
/** As the Stigmer server has it. */
const RUN_TIMEOUT = "10 min";

export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { connection, namespace, runnerQueue, port, dataDir, log } = options;
  await using opened = new AsyncDisposableStack();
  const database = openDatabase(join(dataDir, "daemon.db"));
  opened.defer(() => database.close());
  const client = new Client({ connection, namespace, dataConverter: { payloadCodecs: [protobufJsonCodec] } });
  const store = new ResourceStore(database);
  upgrade(store);
  const executions = new ExecutionBook(store, async (executionId, execution) => {
    await client.workflow.start(WORKFLOW_TYPE, {
      workflowId: `${WORKFLOW_TYPE}/${executionId}`,
      taskQueue: WORKFLOW_QUEUE,
      workflowRunTimeout: RUN_TIMEOUT,
      memo: { activityTaskQueue: runnerQueue },
      args: [execution],
    });
  });
  const server = await serveGrpc(services(store, executions, log), port);
  opened.defer(() => server.stop());
  const worker = await createWorkflowWorker(connection, namespace, executions);
  const lost = Promise.withResolvers<DevError>();
  const working = worker.run().catch((error: unknown) => lost.resolve(workerLost(error)));
  opened.defer(async () => {
    if (worker.getState() === "RUNNING") worker.shutdown();
    await working;
  });
  const closing = opened.move();
  return { endpoint: `localhost:${server.port}`, lost: lost.promise, stop: () => closing.disposeAsync() };
}

function workerLost(error: unknown): DevError {
  const message = `The daemon's workflow worker failed: ${messageOf(error)}`;
  return new DevError("temporal-failed", message, ["Start `agent-runner dev` again."], error);
}
