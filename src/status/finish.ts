import { rfc3339 } from "../shared/time.ts";
import { ExecutionPhase, MessageType } from "../stigmer/index.ts";
import { closeOpenCalls } from "./reducer.ts";
import { newMessage, type StatusState } from "./status-state.ts";

/** How an execution ended. */
export type Outcome =
  | { readonly phase: "completed" }
  | {
      readonly phase: "failed" | "cancelled";
      /** Why, and what to do: for the user. */
      readonly reason: string;
    };

/** The last status of an execution. */
export function finish(state: StatusState, outcome: Outcome, at: Date): StatusState {
  const completedAt = rfc3339(at);
  if (outcome.phase === "completed") {
    const closed = closeOpenCalls(state, "the agent ended without a result of this call", at);
    return { ...closed, status: { ...closed.status, phase: ExecutionPhase.EXECUTION_COMPLETED, completedAt } };
  }
  const { phase, reason } = outcome;
  const closed = closeOpenCalls(state, phase === "failed" ? "the execution failed" : "the execution was cancelled", at);
  return {
    ...closed,
    status: {
      ...closed.status,
      phase: phase === "failed" ? ExecutionPhase.EXECUTION_FAILED : ExecutionPhase.EXECUTION_CANCELLED,
      messages: [...closed.status.messages, newMessage(MessageType.MESSAGE_SYSTEM, reason, at)],
      // Readers take an error for a failure.
      error: phase === "failed" ? reason : "",
      completedAt,
    },
  };
}
