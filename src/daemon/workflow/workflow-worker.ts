import { type NativeConnection, Worker } from "@temporalio/worker";
import { protobufJsonCodec } from "../../temporal/index.ts";
import type { ExecutionService } from "../executions.ts";
import { workflowBundle } from "./bundle.ts";
import type { DaemonActivities } from "./invoke.ts";

/** The task queue of the Stigmer server's workflows. */
export const WORKFLOW_QUEUE = "agent_execution_stigmer";

/** Creates the worker that runs the workflows of executions, as the Stigmer server does. */
export async function createWorkflowWorker(
  connection: NativeConnection,
  namespace: string,
  executions: ExecutionService,
): Promise<Worker> {
  const activities: DaemonActivities = {
    ReportFailure: async (executionId, error) => {
      executions.fail(executionId, error);
    },
    ReportCancellation: async (executionId) => {
      executions.cancel(executionId);
    },
  };
  return await Worker.create({
    connection,
    namespace,
    taskQueue: WORKFLOW_QUEUE,
    activities,
    workflowBundle: await workflowBundle(),
    dataConverter: { payloadCodecs: [protobufJsonCodec] },
    // One laptop's executions: small pools start faster and keep memory low.
    workflowThreadPoolSize: 1,
    maxCachedWorkflows: 50,
    // By the SDK's ratio new workflows wait behind those that go on, and messages of a session overtake each other.
    nonStickyToStickyPollRatio: 0.5,
    shutdownGraceTime: "2 s",
  });
}
