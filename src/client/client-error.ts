import { RunnerError } from "../shared/runner-error.ts";
import { humanDuration } from "../shared/time.ts";

/** A client command cannot be executed. The message says what to do. */
export class ClientError extends RunnerError<"usage"> {
  override readonly name = "ClientError";

  constructor(message: string, cause?: unknown) {
    super("usage", message, { cause });
  }
}

/** The backend was unavailable for too long while an execution was followed. */
export class BackendUnavailableError extends RunnerError<"unavailable"> {
  override readonly name = "BackendUnavailableError";

  constructor(endpoint: string, since: number, reason: string) {
    super(
      "unavailable",
      `Gave up: no connection to ${endpoint} for ${humanDuration(Date.now() - since)}, since ${clock(since)} (${reason}).`,
    );
  }
}

/** A time of day for people: `10:32:07`. */
export function clock(at: number): string {
  const pad = (number: number) => String(number).padStart(2, "0");
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(":");
}
