import type { ExecutionOutcome } from "../executions/index.ts";
import { type AgentExecutionStatus, ExecutionPhase, isTerminalPhase } from "../stigmer/index.ts";
import { isOpen } from "./calls.ts";
import { finish } from "./finish.ts";
import { stateOf } from "./status-state.ts";
import { isOpenSubAgent } from "./sub-agents.ts";

/** Why an execution ended whose runner ended before it, and what to do, for the user. */
interface AbandonedReasons {
  readonly failed: string;
  readonly cancelled: string;
  /** Whether its workflow was cancelled. */
  readonly isCancelled: boolean;
}

/**
 * The final status of an execution whose runner ended before it could send one.
 * @param status the status that the backend has
 * @returns `undefined` if it has ended as COMPLETED, or with a reason and no open calls
 */
export function abandonedStatus(
  status: AgentExecutionStatus,
  reasons: AbandonedReasons,
  at: Date,
): AgentExecutionStatus | undefined {
  const outcome = outcomeOf(status, reasons);
  return outcome === undefined ? undefined : finish(stateOf(status), outcome, at).status;
}

function outcomeOf(status: AgentExecutionStatus, reasons: AbandonedReasons): ExecutionOutcome | undefined {
  const { phase, error, toolCalls, subAgentExecutions } = status;
  const hasOpenCalls = toolCalls.some(isOpen) || subAgentExecutions.some(isOpenSubAgent);
  if (isTerminalPhase(phase) && error !== "" && !hasOpenCalls) return undefined;
  switch (phase) {
    case ExecutionPhase.EXECUTION_COMPLETED:
      return undefined;
    case ExecutionPhase.EXECUTION_FAILED:
      return { phase: "failed", reason: reasons.failed };
    case ExecutionPhase.EXECUTION_CANCELLED:
      return { phase: "cancelled", reason: error || reasons.cancelled };
    default:
      return reasons.isCancelled
        ? { phase: "cancelled", reason: reasons.cancelled }
        : { phase: "failed", reason: reasons.failed };
  }
}
