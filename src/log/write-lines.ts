import { writeAll } from "../shared/write-all.ts";

/** How long a full pipe may hold up the process before a line is dropped. */
const FULL_PIPE_LIMIT_MS = 2_000;

/**
 * Writes to a file descriptor before it returns, so that the last lines of a process that exits are not lost. It waits
 * for a slow reader, up to a limit, and ignores that there is none.
 */
export function writeLines(descriptor: 1 | 2): (lines: string) => void {
  return (lines) => {
    try {
      writeAll(descriptor, lines, FULL_PIPE_LIMIT_MS);
    } catch {
      // A log that nobody reads ends nothing.
    }
  };
}
