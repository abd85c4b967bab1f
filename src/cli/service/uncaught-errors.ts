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
    log().error(`A promise was rejected and nothing handled it, which is a defect: ${stackOf(reason)}`);
  const onException = (error: unknown) => {
    log().error(`An error was not handled, which is a defect; the runner drains and ends: ${stackOf(error)}`);
    lifecycle.fail();
  };
  process.on("unhandledRejection", onRejection);
  process.on("uncaughtException", onException);
  return () => {
    process.off("unhandledRejection", onRejection);
    process.off("uncaughtException", onException);
  };
}
