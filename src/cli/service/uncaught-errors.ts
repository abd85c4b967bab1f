import type { Logger } from "../../log/index.ts";
import { stackOf } from "../../shared/errors.ts";
import type { Lifecycle } from "../lifecycle.ts";

/**
 * Logs errors that nothing caught, in the program or in a library. A rejected promise harms one task. After an uncaught
 * exception the state of the process is unknown: it finishes its work and ends with a failure.
 * @param log gives the current log
 * @returns the function that stops handling them
 */
export function handleUncaughtErrors(log: () => Logger, lifecycle: Pick<Lifecycle, "fail">): () => void {
  const onRejection = (reason: unknown) =>
    log().error(`Unhandled promise rejection, a bug in the runner; please report it: ${stackOf(reason)}`);
  const onException = (error: unknown) => {
    log().error(
      `Uncaught exception, a bug in the runner; please report it. Draining, then exiting with a failure: ${stackOf(error)}`,
    );
    lifecycle.fail();
  };
  process.on("unhandledRejection", onRejection);
  process.on("uncaughtException", onException);
  return () => {
    process.off("unhandledRejection", onRejection);
    process.off("uncaughtException", onException);
  };
}
