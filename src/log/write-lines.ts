import { writeSync } from "node:fs";
import { systemCode } from "../shared/errors.ts";

/** How long a full pipe may hold up the process before a line is dropped. */
const FULL_PIPE_LIMIT_MS = 2_000;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes to a file descriptor before it returns, so that the last lines of a process that exits are not lost. A reader
 * that is slow is waited for up to a limit; one that is gone is ignored.
 */
export function writeLines(descriptor: 1 | 2): (lines: string) => void {
  return (lines) => {
    let rest: Uint8Array = Buffer.from(lines);
    const giveUp = Date.now() + FULL_PIPE_LIMIT_MS;
    while (rest.length > 0) {
      try {
        rest = rest.subarray(writeSync(descriptor, rest));
      } catch (error) {
        if (systemCode(error) !== "EAGAIN" || Date.now() > giveUp) return;
        Atomics.wait(PAUSE, 0, 0, 5);
      }
    }
  };
}
