import { RunnerError } from "../shared/runner-error.ts";

/** Why an execution is stopped before its agent has finished. */
type StopCause =
  | "cancelled"
  | "time-limit"
  | "runner-stopped"
  | "workflow-closed"
  | "execution-deleted"
  | "session-deleted"
  | "lock-lost";

/** The reason with which an execution's signal aborts. The message is for the user; the code is for the log. */
export class StopReason extends RunnerError<StopCause> {
  override readonly name = "StopReason";
}

export const stopReasons = {
  cancelled: () =>
    new StopReason(
      "cancelled",
      "The execution was cancelled: its user or Stigmer cancelled its workflow. What it did until then is kept: send another message to continue.",
    ),
  cancelledByOperator: () =>
    new StopReason(
      "cancelled",
      "The execution was cancelled by an operator of the runner that ran it. What it did until then is kept: send another message to continue.",
    ),
  timeLimit: (limit: string) =>
    new StopReason(
      "time-limit",
      `The execution reached its time limit of ${limit} and was stopped. What it did until then is kept: send another message to continue, or give the agent a smaller task.`,
    ),
  runnerStopped: () =>
    new StopReason(
      "runner-stopped",
      "The runner was stopped before the execution had finished. What it did until then is kept: send the message again, or another one to continue.",
    ),
  executionDeleted: (reason: string) =>
    new StopReason(
      "execution-deleted",
      `The execution was stopped because it was deleted while it ran: the Stigmer backend no longer knows it. (${reason})`,
    ),
  sessionDeleted: () =>
    new StopReason("session-deleted", "The execution was stopped because its session was deleted while it ran."),
  lockLost: () =>
    new StopReason(
      "lock-lost",
      "The execution was stopped because it lost the lock of its session (kept in Redis, or in the data directory), so another execution of the session may run at the same time. Send the message again.",
    ),
  workflowClosed: () =>
    new StopReason(
      "workflow-closed",
      "Temporal no longer waits for this execution: its workflow has ended, or its time is over.",
    ),
};
