import { writeAll } from "../shared/write-all.ts";
import { exitOnOutputError } from "./standard-output.ts";

/**
 * Writes to standard output before it returns, without Node's streams: loading them takes longer than a health check.
 * Ends the process if the output's reader is gone, or if the output cannot be written.
 */
export function print(text: string): void {
  try {
    writeAll(1, text);
  } catch (error) {
    exitOnOutputError(error);
  }
}

/** Writes to standard error before it returns. */
export function printError(text: string): void {
  try {
    writeAll(2, text);
  } catch {
    // There is nowhere to report it.
  }
}
