import { readFileSync } from "node:fs";
import { EXIT } from "./exit-codes.ts";

/** SIGHUP's bit in the masks of `/proc/<pid>/status`. */
const HANGUP_BIT = 1n;

/** The log, as far as signals need it. */
export interface SignalLog {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** What the first and the second signal set in motion; the third ends the process. */
export interface SignalSteps {
  drain(): void;
  stop(): void;
}

/**
 * Handles SIGINT, SIGTERM and SIGHUP.
 * @param log gives the log of the moment: the one at the start is replaced when the configuration is read
 * @returns the function that stops handling them
 */
export function handleSignals(steps: SignalSteps, log: () => SignalLog): () => void {
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
  // The terminal was closed. Never the second signal: a shell and the system both send it, at the same time.
  const hangUp = () => {
    if (count > 0) return;
    count++;
    log().info("SIGHUP: the terminal was closed; draining");
    steps.drain();
  };
  const keepsRunning = ignoresHangup();
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  if (!keepsRunning) process.on("SIGHUP", hangUp);
  return () => {
    process.off("SIGINT", handle);
    process.off("SIGTERM", handle);
    if (!keepsRunning) process.off("SIGHUP", hangUp);
  };
}

/** Whether the program was started by `nohup`: then it is meant to outlive its terminal. Only Linux shows it. */
function ignoresHangup(): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return mask !== undefined && (BigInt(`0x${mask}`) & HANGUP_BIT) !== 0n;
  } catch {
    return false;
  }
}
