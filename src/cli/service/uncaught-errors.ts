import type { Logger } from "../../log/index.ts";
import { stackOf } from "../../shared/errors.ts";

export interface UncaughtErrors {
  /** Whether an exception was caught that leaves the process in a state that nobody knows. */
  readonly isFaulty: boolean;
  release(): void;
}

/**
 * Catches what nobody else caught, here or in a library: it belongs into the log, not between its lines. A promise that fails
 * unseen harms one thing; after an exception outside of all others the process finishes its work and ends.
 * @param drain sets that end in motion
 */
export function handleUncaughtErrors(log: () => Logger, drain: () => void): UncaughtErrors {
  let isFaulty = false;
  const onRejection = (reason: unknown) => log().error(`A task failed unseen, which is a defect: ${stackOf(reason)}`);
  const onException = (error: unknown) => {
    log().error(`An error was not handled, which is a defect; the runner drains and ends: ${stackOf(error)}`);
    if (isFaulty) return;
    isFaulty = true;
    drain();
  };
  process.on("unhandledRejection", onRejection);
  process.on("uncaughtException", onException);
  return {
    get isFaulty() {
      return isFaulty;
    },
    release: () => {
      process.off("unhandledRejection", onRejection);
      process.off("uncaughtException", onException);
    },
  };
}
