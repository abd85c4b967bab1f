import { writeAll } from "../shared/write-all.ts";

/** How long a full pipe may block the process before a line is dropped. */
const FULL_PIPE_LIMIT_MS = 2_000;

/**
 * Writes to a file descriptor synchronously, so that the last lines of a process that exits are not lost. Waits for a slow
 * reader up to a limit, and ignores a missing one.
 */
export function writeLines(descriptor: 1 | 2): (lines: string) => void {
  return (lines) => {
    try {
      writeAll(descriptor, lines, FULL_PIPE_LIMIT_MS);
    } catch {
      // A closed log must not end the process.
    }
  };
}
