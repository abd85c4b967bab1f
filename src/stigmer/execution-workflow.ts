/** The type of the workflow that the Stigmer server runs for each execution. */
export const WORKFLOW_TYPE = "stigmer/agent-execution/invoke";
const PREFIX = `${WORKFLOW_TYPE}/`;

/** The id of the workflow that runs an execution. */
export function workflowIdOf(executionId: string): string {
  return `${PREFIX}${executionId}`;
}

/** The id of the execution that a workflow runs; `undefined` for other workflows. */
export function executionOf(workflowId: string | undefined): string | undefined {
  if (workflowId?.startsWith(PREFIX) !== true) return undefined;
  return workflowId.slice(PREFIX.length) || undefined;
}
