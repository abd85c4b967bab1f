import { sentence } from "./text.ts";

export interface RunnerErrorOptions {
  /** What a person can do about it, each a sentence. */
  readonly remedies?: readonly string[] | undefined;
  readonly cause?: unknown;
}

/**
 * An error with a message for people. Each module has its own subclass with a closed union of codes. Anything else that is
 * thrown is a defect, and is logged with its stack.
 */
export abstract class RunnerError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly remedies: readonly string[];
  /** What cannot be done, as the headline of a failed start. */
  readonly headline: string = "something that the runner needs cannot be used";

  constructor(code: Code, message: string, { remedies = [], cause }: RunnerErrorOptions = {}) {
    super(message, { cause });
    this.code = code;
    this.remedies = remedies;
  }
}

/** A text followed by what to do, as sentences. */
export function withRemedies(text: string, remedies: readonly string[]): string {
  if (remedies.length === 0) return text;
  return [sentence(text), ...remedies].join(" ");
}
