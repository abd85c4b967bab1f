import { join } from "node:path";
import { Client } from "@temporalio/client";
import type { NativeConnection } from "@temporalio/worker";
import type { Logger } from "../log/index.ts";
import { checkDirectory } from "../shared/directory-check.ts";
import { explained, messageOf } from "../shared/errors.ts";
import type { HealthCheck } from "../shared/health.ts";
import { withRemedies } from "../shared/runner-error.ts";
import { WORKFLOW_TYPE, workflowIdOf } from "../stigmer/index.ts";
import { protobufJsonCodec } from "../temporal/index.ts";
import { DevError } from "./dev-error.ts";
import { watchExecutions } from "./execution-watch.ts";
import { ExecutionService, type StartWorkflow } from "./executions.ts";
import { serveGrpc } from "./grpc-server.ts";
import { openResources } from "./open-resources.ts";
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
  /** Told of an execution of a session before its workflow is started. Best effort. */
  readonly announce?: (sessionId: string, executionId: string) => Promise<void>;
  readonly log: Logger;
}

/** An embedded Stigmer daemon: resources in a SQLite file, gRPC on loopback, the workflow of executions. */
export interface Daemon {
  /** `localhost:<port>`. */
  readonly endpoint: string;
  /** Whether its file can be written. */
  readonly check: HealthCheck;
  /** Resolves with the reason when the daemon can start no more workflows. */
  readonly lost: Promise<DevError>;
  stop(): Promise<void>;
}

/** Same value as in the Stigmer server. */
const RUN_TIMEOUT = "10 min";

export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { connection, namespace, runnerQueue, port, dataDir, announce, log } = options;
  await using opened = new AsyncDisposableStack();
  const { store, health, live, close } = openResources(join(dataDir, "daemon.db"), log);
  opened.defer(close);
  const client = new Client({ connection, namespace, dataConverter: { payloadCodecs: [protobufJsonCodec] } });
  const startWorkflow: StartWorkflow = async (executionId, execution, sessionId) => {
    if (sessionId !== "")
      await announce?.(sessionId, executionId).catch((error: unknown) =>
        log.debug(`The execution could not be announced: ${messageOf(error)}`, { executionId, sessionId }),
      );
    await client.workflow.start(WORKFLOW_TYPE, {
      workflowId: workflowIdOf(executionId),
      taskQueue: WORKFLOW_QUEUE,
      workflowRunTimeout: RUN_TIMEOUT,
      memo: { activityTaskQueue: runnerQueue },
      args: [execution],
    });
  };
  const executions = new ExecutionService(store, startWorkflow, live);
  const problem = async () => {
    const problem = health.check() ?? (await checkDirectory(dataDir));
    return problem?.status === "failed" ? withRemedies(problem.reason, problem.remedies ?? []) : undefined;
  };
  opened.defer(watchExecutions({ live, executions, problem }));
  const storageProblem = (error: unknown) => {
    const failure = health.failed(error);
    return failure === undefined ? undefined : explained(failure);
  };
  const server = await serveGrpc(services(store, executions, log, storageProblem), port);
  opened.defer(() => server.stop());
  const worker = await createWorkflowWorker(connection, namespace, executions);
  const lost = Promise.withResolvers<DevError>();
  const working = worker.run().catch((error: unknown) => lost.resolve(workerLost(error)));
  opened.defer(async () => {
    if (worker.getState() === "RUNNING") worker.shutdown();
    await working;
  });
  const closing = opened.move();
  return {
    endpoint: `localhost:${server.port}`,
    check: { name: "daemon", stopsWork: false, check: async () => health.check() },
    lost: lost.promise,
    stop: () => closing.disposeAsync(),
  };
}

function workerLost(error: unknown): DevError {
  const message = `The daemon's workflow worker failed: ${messageOf(error)}`;
  return new DevError("temporal-failed", message, ["Start `agent-runner dev` again."], error);
}
