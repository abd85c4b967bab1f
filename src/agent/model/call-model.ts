import { AIMessage } from "@langchain/core/messages";
import type { ModelConfig } from "../../config/index.ts";
import type { Logger } from "../../log/index.ts";
import { backoffMs } from "../../shared/backoff.ts";
import { causeOf, stackOf } from "../../shared/errors.ts";
import { plainText } from "../../shared/plain-text.ts";
import { cutBetweenWords } from "../../shared/text.ts";
import { humanDuration, sleep } from "../../shared/time.ts";
import { AgentError } from "../agent-error.ts";
import type { ModelChoice } from "./model-choice.ts";
import { explainModelError, isContextOverflow, modelName } from "./model-error.ts";
import type { ModelHealth } from "./model-health.ts";
import { ModelStreamError } from "./model-stream-error.ts";
import { chainText, httpStatus, isTransient, retryAfterMs } from "./transient.ts";
import { turnEnd } from "./turn-end.ts";

/** Further attempts of a call that failed with a transient error. */
const MAX_RETRIES = 3;
/** Characters of an error that are logged: some are whole HTML pages. */
const DETAIL_LIMIT = 4_000;
const RETRY = { initialMs: 1_000, maxMs: 10_000 };
/** Minimum wait, also if a provider asks for less. */
const MIN_WAIT_MS = 100;

interface ModelCallDeps {
  readonly choice: ModelChoice;
  readonly config: ModelConfig;
  readonly health: ModelHealth;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** @param onRetry called before the call is repeated: what it returned so far is void */
export type CallModel = (call: () => Promise<unknown>, onRetry?: () => void) => Promise<AIMessage>;

/**
 * Makes the calls of a model, with retries until it gives a complete answer. This works in the same way for every provider:
 * their clients do not retry, and none of them could retry an answer that broke off.
 * The returned function throws an AgentError, or the signal's reason if it aborts.
 */
export function modelCaller({ choice, config, health, log, signal }: ModelCallDeps): CallModel {
  return async (call, onRetry) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = completeAnswer(await call());
        health.keyAccepted(choice.provider);
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        // The agent library shortens the conversation and tries again.
        if (isContextOverflow(error)) throw error;
        const detail = cutBetweenWords(chainText(error), DETAIL_LIMIT);
        if (attempt > MAX_RETRIES || !isTransient(error)) throw failure(error, attempt, detail);
        const wait = Math.max(retryAfterMs(error) ?? backoffMs(attempt, RETRY), MIN_WAIT_MS);
        log.warn(
          `A call of ${modelName(choice)} failed and is repeated in ${humanDuration(wait)}: ${plainText(detail)}`,
        );
        onRetry?.();
        await sleep(wait, signal);
        signal.throwIfAborted();
      }
    }
  };

  function failure(error: unknown, attempts: number, detail: string): AgentError {
    const known = causeOf(error, AgentError) ?? explainModelError(error, choice, config);
    if (known === undefined) {
      log.error(`A call of ${modelName(choice)} failed unexpectedly: ${stackOf(error)}`);
      return new AgentError(
        "model-call",
        `The call of ${modelName(choice)} failed unexpectedly: its answer could not be read, or the runner has a defect; the runner's log has the details. Send the message again, or choose another model.`,
        { cause: error },
      );
    }
    const status = httpStatus(error);
    if (status === 401 || status === 403) health.keyRefused(choice.provider, known);
    log.warn(`A call of ${modelName(choice)} failed (attempt ${attempts}): ${detail}`);
    return known;
  }
}

function completeAnswer(answer: unknown): AIMessage {
  if (!AIMessage.isInstance(answer)) throw new ModelStreamError("broken", "the response is not an answer of a model");
  if (turnEnd(answer).kind === "broken")
    throw new ModelStreamError("broken", "the stream ended before the answer was complete");
  return answer;
}
