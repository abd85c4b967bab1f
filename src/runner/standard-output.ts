import { setImmediate } from "node:timers/promises";
import { messageOf, systemCode } from "../shared/errors.ts";
import { EXIT } from "./exit-codes.ts";

/**
 * Ends the process where its output cannot be written: quietly where nobody reads it any more, as `yes | head` does; else
 * with what failed.
 * @returns waits until everything is written
 */
export function watchOutput(): () => Promise<void> {
  process.stdout.on("error", (error: unknown) => {
    if (systemCode(error) === "EPIPE") process.exit(EXIT.unread);
    process.stderr.write(`error: The output cannot be written: ${messageOf(error)}\n`);
    process.exit(EXIT.failed);
  });
  // There is nowhere to tell it.
  process.stderr.on("error", () => undefined);
  return async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    process.stdout.write("", () => resolve());
    await promise;
    // The failure of an earlier write is told after that.
    await setImmediate();
  };
}
