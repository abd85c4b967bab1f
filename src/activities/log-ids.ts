import { activityInfo } from "@temporalio/activity";
import type { ExecutionInfo } from "../executions/index.ts";
import type { LogFields } from "../log/index.ts";
import { executionOf } from "../stigmer/index.ts";

/** The ids on each line that is logged on behalf of an execution. The log's documentation promises their names. */
export function executionIds(info: ExecutionInfo): LogFields {
  const { id, sessionId, threadId, workflowId, runId, activityId, traceId } = info;
  return { executionId: id, sessionId, threadId, workflowId, runId, activityId, traceId };
}

/** Those of a short activity, which only knows its workflow. */
export function activityIds(): LogFields {
  const { workflowExecution, activityId } = activityInfo();
  const { workflowId, runId } = workflowExecution ?? {};
  return { executionId: executionOf(workflowId), workflowId, runId, activityId };
}
