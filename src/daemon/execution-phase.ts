import { type AgentExecution, ExecutionPhase } from "../stigmer/index.ts";

const TERMINAL = new Set([
  ExecutionPhase.EXECUTION_COMPLETED,
  ExecutionPhase.EXECUTION_FAILED,
  ExecutionPhase.EXECUTION_CANCELLED,
]);

export function isTerminal(execution: AgentExecution): boolean {
  return TERMINAL.has(execution.status?.phase ?? ExecutionPhase.EXECUTION_PHASE_UNSPECIFIED);
}

/** Whether no runner has begun it. */
export function isPending({ status }: AgentExecution): boolean {
  return status?.phase === ExecutionPhase.EXECUTION_PENDING;
}

/** The phases of executions that have not ended. */
export const RUNNING_PHASES: readonly ExecutionPhase[] = [
  ExecutionPhase.EXECUTION_PENDING,
  ExecutionPhase.EXECUTION_IN_PROGRESS,
];
