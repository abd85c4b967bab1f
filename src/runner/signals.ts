import type { Logger } from "../log/index.ts";
import { EXIT } from "./exit-codes.ts";

/** What the first and the second signal set in motion; the third ends the process. */
export interface SignalSteps {
  drain(): void;
  stop(): void;
}

/**
 * Handles SIGINT and SIGTERM.
 * @param log gives the log of the moment: the one at the start is replaced when the configuration is read
 * @returns the function that stops handling them
 */
export function handleSignals(steps: SignalSteps, log: () => Logger): () => void {
  let count = 0;
  const handle = (signal: NodeJS.Signals) => {
    count++;
    if (count === 1) {
      log().info(`${signal}: draining; once more ends what runs`);
      steps.drain();
    } else if (count === 2) {
      log().warn(`${signal}: ending what runs; once more exits at once`);
      steps.stop();
    } else {
      log().error(`${signal}: exiting at once`);
      process.exit(EXIT.interrupted);
    }
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return () => {
    process.off("SIGINT", handle);
    process.off("SIGTERM", handle);
  };
}
