import { GraphRecursionError } from "@langchain/langgraph";
import type { ModelConfig } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import { causeOf, stackOf } from "../shared/errors.ts";
import { ThreadError } from "../threads/index.ts";
import { AgentError } from "./agent-error.ts";
import type { ModelChoice } from "./model/model-choice.ts";
import { explainModelError } from "./model/model-error.ts";

interface FailureContext {
  /** The model that was called last. */
  readonly choice: ModelChoice;
  readonly config: ModelConfig;
  readonly stepLimit: number;
  readonly log: Logger;
}

/** Why a run failed, in words for the user. An error that nobody expected is logged with its stack. */
export function runFailure(
  error: unknown,
  { choice, config, stepLimit, log }: FailureContext,
): AgentError | ThreadError {
  if (causeOf(error, GraphRecursionError) !== undefined) {
    return new AgentError("too-many-steps", `The agent was stopped after ${stepLimit} steps without an answer.`, {
      cause: error,
      remedies: ["Give it a smaller task, or tell it when to stop."],
    });
  }
  const known = causeOf(error, AgentError) ?? causeOf(error, ThreadError) ?? explainModelError(error, choice, config);
  if (known !== undefined) return known;
  log.error(`The agent failed unexpectedly: ${stackOf(error)}`);
  return new AgentError("agent", "The agent was stopped by an unexpected error; the runner's log has the details.", {
    cause: error,
    remedies: ["Send the message again, or another one to continue."],
  });
}
