import { type AgentExecutionStatus, ExecutionPhase, isTerminalPhase, ToolCallStatus } from "../stigmer/index.ts";
import { finish } from "./finish.ts";

/**
 * The final status of an execution whose runner ended before it could send one.
 * @param status the status that the backend has
 * @param reason why the execution ended and what to do, for the user
 * @returns `undefined` if the backend's status is final already, with an error and without open calls
 */
export function abandonedStatus(
  status: AgentExecutionStatus,
  reason: string,
  at: Date,
): AgentExecutionStatus | undefined {
  const { phase, error, toolCalls } = status;
  const isOpen = toolCalls.some(
    (call) => call.status === ToolCallStatus.TOOL_CALL_RUNNING || call.status === ToolCallStatus.TOOL_CALL_PENDING,
  );
  const isFailed = phase === ExecutionPhase.EXECUTION_FAILED;
  if (isTerminalPhase(phase) && !isOpen && !(isFailed && error === "")) return undefined;
  // Somebody else completed or cancelled it.
  if (isTerminalPhase(phase) && !isFailed) return undefined;
  const state = {
    status,
    streaming: "messages",
    growing: new Map<string, number>(),
    blank: new Map<string, string>(),
    modelIds: new Map(toolCalls.map(({ id }) => [id, id])),
  } as const;
  return finish(state, { phase: "failed", reason }, at).status;
}
