import { type AgentExecutionStatus, ExecutionPhase, isTerminalPhase } from "../stigmer/index.ts";
import { isOpen } from "./calls.ts";
import { finish } from "./finish.ts";
import { stateOf } from "./status-state.ts";
import { isOpenSubAgent } from "./sub-agents.ts";

/**
 * The final status of an execution whose runner ended before it could send one.
 * @param status the status that the backend has
 * @param reason why the execution ended and what to do, for the user
 * @returns `undefined` if it ended as COMPLETED or CANCELLED, or as FAILED with a reason and no open calls
 */
export function abandonedStatus(
  status: AgentExecutionStatus,
  reason: string,
  at: Date,
): AgentExecutionStatus | undefined {
  const { phase, error, toolCalls, subAgentExecutions } = status;
  const hasOpenCalls = toolCalls.some(isOpen) || subAgentExecutions.some(isOpenSubAgent);
  const isIncomplete = phase === ExecutionPhase.EXECUTION_FAILED && (error === "" || hasOpenCalls);
  if (isTerminalPhase(phase) && !isIncomplete) return undefined;
  return finish(stateOf(status), { phase: "failed", reason }, at).status;
}
