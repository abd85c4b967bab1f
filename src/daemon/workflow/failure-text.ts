import { TimeoutFailure } from "@temporalio/workflow";

const TIMEOUTS: Readonly<Record<NonNullable<TimeoutFailure["timeoutType"]>, string>> = {
  HEARTBEAT:
    "The runner was not heard of any more while it worked on this execution: it was killed, or lost its connection to Temporal. Send the message again.",
  SCHEDULE_TO_START:
    "No runner took this execution in time: see with `agent-runner health` whether one is ready. Then send the message again.",
  START_TO_CLOSE: "The execution took longer than one may. Send the message again, or split the work.",
  SCHEDULE_TO_CLOSE: "The execution took longer than one may. Send the message again, or split the work.",
};

/** The failure of an activity for the execution's user, without the SDK's internal terms. */
export function failureText(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof TimeoutFailure && cause.timeoutType !== undefined) return TIMEOUTS[cause.timeoutType];
  return cause instanceof Error ? cause.message : String(cause);
}
