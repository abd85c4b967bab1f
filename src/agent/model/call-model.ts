import { AIMessage } from "@langchain/core/messages";
import type { ModelConfig } from "../../config/index.ts";
import type { Logger } from "../../log/index.ts";
import { backoffMs } from "../../shared/backoff.ts";
import { causeOf } from "../../shared/errors.ts";
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

/** Further attempts of a call that failed for a reason that may pass. */
export const MAX_RETRIES = 3;
/** Longest error that is logged: some are whole pages. */
const DETAIL_LIMIT = 4_000;
const RETRY = { initialMs: 1_000, maxMs: 10_000 };
/** Shortest wait, where a provider asks for none. */
const MIN_WAIT_MS = 100;

export interface ModelCallDeps {
  readonly choice: ModelChoice;
  readonly config: ModelConfig;
  readonly health: ModelHealth;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** @param onRetry told before a call is made again: what came of it so far is void */
export type CallModel = (call: () => Promise<unknown>, onRetry?: () => void) => Promise<AIMessage>;

/**
 * Calls a model until it gives a whole answer, a limited number of times. Whatever the provider: its client repeats
 * nothing, and none of them repeats an answer that broke off.
 */
export function modelCaller({ choice, config, health, log, signal }: ModelCallDeps): CallModel {
  return async (call, onRetry) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = whole(await call());
        health.keyWorks(choice.provider);
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
        `The call of ${modelName(choice)} failed: what came from there could not be read, or the runner has a defect; its log has the details. Send the message again, or choose another model.`,
        { cause: error },
      );
    }
    const status = httpStatus(error);
    if (status === 401 || status === 403) health.keyRefused(choice.provider, known);
    log.warn(`A call of ${modelName(choice)} failed (attempt ${attempts}): ${detail}`);
    return known;
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function whole(answer: unknown): AIMessage {
  if (!AIMessage.isInstance(answer)) throw new ModelStreamError("broken", "what came is not an answer of a model");
  if (turnEnd(answer).kind === "broken") throw new ModelStreamError("broken", "the stream ended before the answer did");
  return answer;
}
