import { type AgentExecution, ExecutionPhase, isTerminalPhase, MessageType } from "../stigmer/index.ts";

export function isTerminal(execution: AgentExecution): boolean {
  return isTerminalPhase(execution.status?.phase ?? ExecutionPhase.EXECUTION_PHASE_UNSPECIFIED);
}

/** Whether no runner has started the execution. */
export function isPending({ status }: AgentExecution): boolean {
  return status?.phase === ExecutionPhase.EXECUTION_PENDING;
}

/**
 * Whether the agent has started, or the execution has ended. IN_PROGRESS alone only means that a runner has taken the
 * execution; it has yet to read what the agent needs.
 */
export function showsWork(execution: AgentExecution): boolean {
  const { messages = [], toolCalls = [] } = execution.status ?? {};
  const isAnswered = messages.some(({ type }) => type !== MessageType.MESSAGE_HUMAN);
  return isAnswered || toolCalls.length > 0 || isTerminal(execution);
}

/** Phases of executions that have not ended. */
export const RUNNING_PHASES: readonly ExecutionPhase[] = [
  ExecutionPhase.EXECUTION_PENDING,
  ExecutionPhase.EXECUTION_IN_PROGRESS,
];
