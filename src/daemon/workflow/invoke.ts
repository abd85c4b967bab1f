import {
  ActivityCancellationType,
  type ActivityOptions,
  isCancellation,
  proxyActivities,
  workflowInfo,
} from "@temporalio/workflow";
import { failureText } from "./failure-text.ts";

/** The fields of an `AgentExecution` in ProtoJSON that the workflow reads. */
export interface ExecutionJson {
  readonly metadata?: { readonly id?: string };
  readonly spec?: { readonly sessionId?: string; readonly agentId?: string };
}

interface RunnerActivities {
  EnsureThread(sessionId: string, agentId: string): Promise<string>;
  ExecuteGraphton(execution: ExecutionJson, threadId: string): Promise<unknown>;
}

/** The daemon's own activities. */
export interface DaemonActivities {
  ReportFailure(executionId: string, error: string): Promise<void>;
}

const SHORT: ActivityOptions = { startToCloseTimeout: "30 s", retry: { maximumAttempts: 3 } };
const EXECUTION: ActivityOptions = {
  scheduleToStartTimeout: "1 min",
  startToCloseTimeout: "10 min",
  heartbeatTimeout: "30 s",
  retry: { maximumAttempts: 1 },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
};

/** The workflow of one execution: ensures the thread, runs the agent on the runner's task queue, ensures that it ends. */
async function invoke(execution: ExecutionJson): Promise<void> {
  const taskQueue = String(workflowInfo().memo?.["activityTaskQueue"]);
  const { EnsureThread } = proxyActivities<RunnerActivities>({ ...SHORT, taskQueue });
  const { ExecuteGraphton } = proxyActivities<RunnerActivities>({ ...EXECUTION, taskQueue });
  const { ReportFailure } = proxyActivities<DaemonActivities>(SHORT);
  try {
    const threadId = await EnsureThread(execution.spec?.sessionId ?? "", execution.spec?.agentId ?? "");
    await ExecuteGraphton(execution, threadId);
  } catch (error) {
    if (isCancellation(error)) throw error;
    await ReportFailure(execution.metadata?.id ?? "", failureText(error));
    throw error;
  }
}

export { invoke as "stigmer/agent-execution/invoke" };
