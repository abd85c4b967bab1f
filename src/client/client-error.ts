import { humanDuration } from "../shared/time.ts";

/** Why a client command cannot be carried out. The message says what to do. */
export class ClientError extends Error {
  override readonly name = "ClientError";
}

/** The backend stayed away while an execution was followed. */
export class BackendUnavailableError extends Error {
  override readonly name = "BackendUnavailableError";

  constructor(endpoint: string, since: number, reason: string) {
    super(
      `Gave up: no connection to ${endpoint} for ${humanDuration(Date.now() - since)}, since ${clock(since)} (${reason}).`,
    );
  }
}

/** A time of this day, as people read it: `10:32:07`. */
export function clock(at: number): string {
  const pad = (number: number) => String(number).padStart(2, "0");
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(":");
}
