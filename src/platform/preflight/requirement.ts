import { closeIfLate } from "../../shared/close-if-late.ts";
import { RunnerError } from "../../shared/runner-error.ts";
import { withTimeout } from "../../shared/time.ts";

/**
 * Something that the runner needs. Opening it shows whether it can be used, and changes nothing: nothing is written,
 * created or started that acts by itself. The start keeps what it opens; a preflight closes it again.
 */
export interface Requirement<T = unknown> {
  /** As the health check of the same thing is called. */
  readonly name: string;
  /** How long opening may take before it counts as failed. */
  readonly limitMs: number;
  /** @throws RunnerError with what is wrong and what to do */
  open(): Promise<Opened<T>>;
}

export interface Opened<T> {
  readonly value: T;
  close(): void;
}

/** A requirement that did not answer within its limit. */
class NoAnswerError extends RunnerError<"no-answer"> {
  override readonly name = "NoAnswerError";
}

/** Opens a requirement within its limit; one that opens later is closed. @throws what opening throws; NoAnswerError */
export async function openWithin<T>({ name, limitMs, open }: Requirement<T>): Promise<Opened<T>> {
  const tooLate = () => new NoAnswerError("no-answer", `${name} does not answer within ${limitMs / 1000} s`);
  const inTime = (opening: Promise<Opened<T>>) => withTimeout(opening, limitMs, tooLate);
  return await closeIfLate(open(), inTime, (late) => late.close());
}

/** For requirements that leave nothing open. */
export function nothingOpen<T>(value: T): Opened<T> {
  return { value, close: () => undefined };
}
