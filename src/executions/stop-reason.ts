/** Why an execution is stopped before its agent has ended. */
export type StopCause =
  | "cancelled"
  | "time-limit"
  | "runner-stopped"
  | "workflow-closed"
  | "execution-deleted"
  | "session-deleted"
  | "lock-lost";

/** The reason with which an execution's signal aborts. The message is for the user. */
export class StopReason extends Error {
  override readonly name = "StopReason";
  /** Short, for the log. */
  readonly code: StopCause;

  constructor(code: StopCause, message: string) {
    super(message);
    this.code = code;
  }
}

export const stopReasons = {
  cancelled: () => new StopReason("cancelled", "The execution was cancelled."),
  timeLimit: (limit: string) =>
    new StopReason(
      "time-limit",
      `The execution reached its time limit of ${limit} and was stopped. What was done until then is kept: send another message to go on, or give the agent a smaller task.`,
    ),
  runnerStopped: () =>
    new StopReason(
      "runner-stopped",
      "The runner was stopped before the execution had finished. What was done until then is kept: send the message again, or another one to go on.",
    ),
  executionDeleted: (reason: string) =>
    new StopReason(
      "execution-deleted",
      `The execution was stopped, since the Stigmer backend does not know it any more: it was deleted while it ran. (${reason})`,
    ),
  sessionDeleted: () =>
    new StopReason("session-deleted", "The execution was stopped, since its session was deleted while it ran."),
  lockLost: () =>
    new StopReason(
      "lock-lost",
      "The execution was stopped, since another one of its session runs at the same time: where runners agree on whose turn it is (Redis, or the data directory), this one's claim was lost. Send the message again.",
    ),
  workflowClosed: () =>
    new StopReason(
      "workflow-closed",
      "Temporal no longer waits for this execution: its workflow has ended or its time is over.",
    ),
};
