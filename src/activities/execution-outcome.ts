import { type ExecutionOutcome, StopReason } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import { explained, messageOf, stackOf } from "../shared/errors.ts";
import { plainText } from "../shared/plain-text.ts";
import { RunnerError } from "../shared/runner-error.ts";
import { PermanentSinkError } from "../status/index.ts";

/** Logs why an execution did not complete. @returns how it ends */
export function outcomeOf(error: unknown, log: Logger): ExecutionOutcome {
  if (error instanceof StopReason) {
    log.info(`Execution is stopped: ${error.code}`);
    return { phase: error.code === "cancelled" ? "cancelled" : "failed", reason: error.message };
  }
  if (error instanceof PermanentSinkError) {
    const reason = `The execution was not begun because its first status was refused: ${error.message}`;
    log.warn(reason);
    return { phase: "failed", reason };
  }
  if (error instanceof RunnerError) {
    const reason = explained(error);
    log.warn(`Execution fails: ${reason}`);
    return { phase: "failed", reason };
  }
  log.error(`Execution fails unexpectedly: ${stackOf(error)}`);
  return { phase: "failed", reason: `The execution failed unexpectedly: ${plainText(messageOf(error))}` };
}
