import {
  ActivityCancellationType,
  type ActivityOptions,
  CancellationScope,
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
  ReportCancellation(executionId: string): Promise<void>;
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
  const { ReportFailure, ReportCancellation } = proxyActivities<DaemonActivities>(SHORT);
  const executionId = execution.metadata?.id ?? "";
  try {
    const threadId = await EnsureThread(execution.spec?.sessionId ?? "", execution.spec?.agentId ?? "");
    await ExecuteGraphton(execution, threadId);
  } catch (error) {
    // Also in a cancelled workflow: its runner may not have taken the execution, or may be gone.
    await CancellationScope.nonCancellable(async () => {
      if (isCancellation(error)) await ReportCancellation(executionId);
      else await ReportFailure(executionId, failureText(error));
    });
    throw error;
  }
}

export { invoke as "stigmer/agent-execution/invoke" };
