import { ExecutionPhase } from "./wire.ts";

const TERMINAL: ReadonlySet<ExecutionPhase> = new Set([
  ExecutionPhase.EXECUTION_COMPLETED,
  ExecutionPhase.EXECUTION_FAILED,
  ExecutionPhase.EXECUTION_CANCELLED,
]);

/** Whether readers take a phase for the end of an execution. */
export function isTerminalPhase(phase: ExecutionPhase): boolean {
  return TERMINAL.has(phase);
}
