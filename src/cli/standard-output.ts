import { setImmediate } from "node:timers/promises";
import { messageOf, systemCode } from "../shared/errors.ts";
import { EXIT } from "./exit-codes.ts";

/** The reader went away: a pipe that was closed, or a terminal. */
const UNREAD: ReadonlySet<string | undefined> = new Set(["EPIPE", "EIO"]);

export interface StandardOutput {
  /** From here on the output is a log: that it cannot be written any more ends nothing. */
  isOnlyLog(): void;
  /** Waits until everything is written; nothing can be written after that. */
  written(): Promise<void>;
}

/**
 * Ends the process where its output cannot be written: quietly where nobody reads it any more, as `yes | head` does; else
 * with what failed.
 */
export function watchOutput(): StandardOutput {
  let isNeeded = true;
  process.stdout.on("error", (error: unknown) => {
    if (!isNeeded) return;
    if (UNREAD.has(systemCode(error))) process.exit(EXIT.unread);
    process.stderr.write(`error: The output cannot be written: ${messageOf(error)}\n`);
    process.exit(EXIT.failed);
  });
  // There is nowhere to tell it.
  process.stderr.on("error", () => undefined);
  return {
    isOnlyLog: () => {
      isNeeded = false;
    },
    written: async () => {
      // The log is written when it is logged.
      if (!isNeeded) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      // The callback of a write tells nothing of those before it where a pipe is full.
      process.stdout.end(() => resolve());
      await promise;
      // The failure of an earlier write is told after that.
      await setImmediate();
    },
  };
}
