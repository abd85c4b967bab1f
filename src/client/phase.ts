import { type AgentExecution, ExecutionPhase } from "../stigmer/index.ts";

export const PHASE_WORDS: Readonly<Record<ExecutionPhase, string>> = {
  [ExecutionPhase.EXECUTION_PHASE_UNSPECIFIED]: "unknown",
  [ExecutionPhase.EXECUTION_PENDING]: "waiting",
  [ExecutionPhase.EXECUTION_IN_PROGRESS]: "in progress",
  [ExecutionPhase.EXECUTION_COMPLETED]: "completed",
  [ExecutionPhase.EXECUTION_FAILED]: "failed",
  [ExecutionPhase.EXECUTION_CANCELLED]: "cancelled",
};

export function phaseOf({ status }: AgentExecution): ExecutionPhase {
  return status?.phase ?? ExecutionPhase.EXECUTION_PHASE_UNSPECIFIED;
}

export function isTerminal(execution: AgentExecution): boolean {
  return phaseOf(execution) >= ExecutionPhase.EXECUTION_COMPLETED;
}
