import { AgentError } from "../agent/index.ts";
import { StopReason } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import { SandboxError } from "../sandbox/index.ts";
import { messageOf, stackOf } from "../shared/errors.ts";
import { plainText } from "../shared/plain-text.ts";
import { type Outcome, PermanentSinkError } from "../status/index.ts";
import { StigmerError } from "../stigmer/index.ts";
import { ThreadError } from "../threads/index.ts";

/** Errors whose message is meant for the user. */
const EXPECTED = [AgentError, StigmerError, SandboxError, ThreadError];

/** Logs why an execution did not complete. @returns how it ends */
export function outcomeOf(error: unknown, log: Logger): Outcome {
  if (error instanceof StopReason) {
    log.info(`Execution is stopped: ${error.code}`);
    return { phase: error.code === "cancelled" ? "cancelled" : "failed", reason: error.message };
  }
  if (error instanceof PermanentSinkError) {
    const reason = `The execution was not begun because its first status was refused: ${error.message}`;
    log.warn(reason);
    return { phase: "failed", reason };
  }
  const reason = messageOf(error);
  const expected = EXPECTED.some((type) => error instanceof type);
  if (expected) log.warn(`Execution fails: ${reason}`);
  else log.error(`Execution fails unexpectedly: ${stackOf(error)}`);
  return { phase: "failed", reason: expected ? reason : `The execution failed unexpectedly: ${plainText(reason)}` };
}
