import { AIMessage } from "@langchain/core/messages";
import type { ModelConfig } from "../../config/index.ts";
import type { Logger } from "../../log/index.ts";
import { causeOf, stackOf } from "../../shared/errors.ts";
import { plainText } from "../../shared/plain-text.ts";
import { cutBetweenWords, sentence } from "../../shared/text.ts";
import { humanDuration } from "../../shared/time.ts";
import type { TokenUsage } from "../../shared/token-usage.ts";
import { AgentError } from "../agent-error.ts";
import type { CallReporter } from "../events/call-reporter.ts";
import type { Budget, Caller } from "../usage/budget.ts";
import type { UsageMeter } from "../usage/usage-meter.ts";
import { billedUsage, noteBilled, noteModel, usageOf } from "./answer-usage.ts";
import { isContextOverflow } from "./context-overflow.ts";
import { chainText } from "./error-chain.ts";
import { failureKind, httpStatus } from "./failure-kind.ts";
import type { ModelChoice } from "./model-choice.ts";
import { explainModelError, modelName } from "./model-error.ts";
import type { ModelHealth } from "./model-health.ts";
import type { ActiveModel, ModelPool } from "./model-pool.ts";
import { ModelStreamError } from "./model-stream-error.ts";
import { RetryPlan } from "./retry-plan.ts";
import { RetryWait } from "./retry-wait.ts";
import { requireRoom } from "./smaller-context.ts";
import { turnEnd } from "./turn-end.ts";

/** Characters of an error that are logged: some are whole HTML pages. */
const DETAIL_LIMIT = 4_000;
/** How long a busy provider is waited for before the user is told, or the fallback takes over. */
const PATIENCE_MS = 10_000;

interface ModelCallDeps {
  readonly models: ModelPool;
  readonly config: ModelConfig;
  readonly health: ModelHealth;
  readonly usage: UsageMeter;
  readonly budget: Budget;
  /** Tells observers of each attempt. */
  readonly calls: Pick<CallReporter, "modelCall">;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** When the execution's time is over, in ms since the epoch. */
  readonly deadline: number;
  readonly patienceMs?: number | undefined;
}

/** One attempt of a call. */
export interface Attempt extends ActiveModel {
  /** Whether the budget allows no further call: the agent must conclude. */
  readonly isLast: boolean;
}

interface CallOptions {
  /** Who calls, for the budget. */
  readonly caller: Caller;
  /** Called before the call is repeated: what it returned so far is void. */
  readonly onRetry?: (() => void) | undefined;
  /** Tells the user something. */
  readonly notify: (text: string) => void;
}

export type CallModel = (call: (attempt: Attempt) => Promise<unknown>, options: CallOptions) => Promise<AIMessage>;

/**
 * Makes the calls of the models, until one gives a complete answer. This works in the same way for every provider: their
 * clients do not retry, and none of them could retry an answer that broke off.
 * The returned function throws an AgentError, the signal's reason if it aborts, or SmallerContext if another model took over
 * and the conversation has to be shortened first.
 */
export function modelCaller(deps: ModelCallDeps): CallModel {
  return async (call, options) => {
    await using grant = await deps.budget.begin(options.caller, deps.signal);
    const { answer, usage } = await new RepeatedCall(deps, options).make(call, grant.isLast);
    grant.used(usage, answer.text);
    return answer;
  };
}

/** One call with its attempts. */
class RepeatedCall {
  readonly #deps: ModelCallDeps;
  readonly #options: CallOptions;
  readonly #patienceMs: number;
  readonly #wait: RetryWait;
  #plan = new RetryPlan();
  #active: ActiveModel;

  constructor(deps: ModelCallDeps, options: CallOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#active = deps.models.current;
    this.#patienceMs = deps.patienceMs ?? PATIENCE_MS;
    this.#wait = new RetryWait(this.#patienceMs, deps.deadline, options.notify);
  }

  async make(
    call: (attempt: Attempt) => Promise<unknown>,
    isLast: boolean,
  ): Promise<{ readonly answer: AIMessage; readonly usage: TokenUsage | undefined }> {
    const { usage: meter, health, signal, budget, calls } = this.#deps;
    const { node, purpose } = this.#options.caller;
    for (let attempt = 1; ; attempt++) {
      const { choice } = this.#active;
      const ended = calls.modelCall({ node, purpose, choice, attempt });
      try {
        const answer = completeAnswer(await call({ ...this.#active, isLast }));
        noteModel(answer, choice);
        const usage = usageOf(answer);
        ended({ usage });
        meter.add(usage);
        health.keyAccepted(choice.provider);
        return { answer, usage };
      } catch (error) {
        const billed = billedUsage(error);
        ended({ usage: billed, failure: signal.aborted ? "cancelled" : failureKind(error) });
        if (billed !== undefined) meter.addBroken(billed);
        signal.throwIfAborted();
        // The agent library shortens the conversation and tries again.
        if (isContextOverflow(error)) throw error;
        if (billed !== undefined) budget.requireTokens();
        await this.#recover(error, attempt);
        signal.throwIfAborted();
      }
    }
  }

  /** Returns when the call can be repeated. @throws AgentError if it cannot; SmallerContext */
  async #recover(error: unknown, attempt: number): Promise<void> {
    const { models, log, signal, deadline } = this.#deps;
    const { choice } = this.#active;
    const detail = cutBetweenWords(chainText(error), DETAIL_LIMIT);
    // Another call of this execution may have found out before that the model is not available.
    const hasSwitched = this.#active !== models.current;
    const fallback = hasSwitched ? undefined : models.next;
    const hasFallback = hasSwitched || fallback !== undefined;
    const step = this.#plan.next(error, { deadline, hasFallback, patienceMs: this.#patienceMs });
    if (step.do === "give-up") throw this.#failure(error, attempt, detail, step.needsMs);
    this.#options.onRetry?.();
    if (step.do === "wait" && !hasSwitched) {
      log.warn(
        `A call of ${modelName(choice)} failed and is repeated in ${humanDuration(step.ms)}: ${plainText(detail)}`,
      );
      return await this.#wait.for(step.ms, `${modelName(choice)} ${reasonOf(error)}`, signal);
    }
    if (fallback !== undefined) await this.#fallBack(fallback, error, detail);
    this.#active = models.current;
    this.#plan = new RetryPlan();
    requireRoom(this.#active.client, this.#options.caller.bytes());
  }

  async #fallBack(fallback: ModelChoice, error: unknown, detail: string): Promise<void> {
    const { models, config, log } = this.#deps;
    const { choice } = this.#active;
    const why = explainModelError(error, choice, config)?.message ?? plainText(detail);
    const text = `${modelName(fallback)} takes over for the rest of this execution, because ${modelName(choice)} is not available: ${why}`;
    if (!(await models.fallBack(fallback))) return;
    log.warn(text);
    this.#options.notify(text);
  }

  #failure(error: unknown, attempts: number, detail: string, needsMs: number | undefined): AgentError {
    const { config, health, log, deadline } = this.#deps;
    const { choice } = this.#active;
    const known = causeOf(error, AgentError) ?? explainModelError(error, choice, config);
    if (known === undefined) {
      log.error(`A call of ${modelName(choice)} failed unexpectedly: ${stackOf(error)}`);
      return new AgentError(
        "model-call",
        `The call of ${modelName(choice)} failed unexpectedly: its answer could not be read, or the runner has a defect; the runner's log has the details.`,
        { cause: error, remedies: ["Send the message again, or choose another model."] },
      );
    }
    if (failureKind(error) === "key") health.keyRefused(choice.provider, known);
    log.warn(`A call of ${modelName(choice)} failed (attempt ${attempts}): ${detail}`);
    if (needsMs === undefined) return known;
    const left = humanDuration(Math.max(deadline - Date.now(), 0));
    return new AgentError(
      "model-call",
      `${sentence(known.message)} The next attempt would be in ${humanDuration(needsMs)}, and this execution has ${left} left.`,
      { cause: error, remedies: known.remedies },
    );
  }
}

/** Why a call is repeated; continues a sentence that begins with the model. */
function reasonOf(error: unknown): string {
  const status = httpStatus(error);
  const code = status === undefined ? "" : ` (${status})`;
  switch (failureKind(error)) {
    case "rate-limit":
      return `limits the rate of calls${code}`;
    case "overloaded":
      return `is overloaded${code}`;
    case "unreachable":
      return "cannot be reached";
    default:
      return `failed${code}`;
  }
}

function completeAnswer(answer: unknown): AIMessage {
  if (!AIMessage.isInstance(answer)) throw new ModelStreamError("broken", "the response is not an answer of a model");
  if (turnEnd(answer).kind !== "broken") return answer;
  const error = new ModelStreamError("broken", "the stream ended before the answer was complete");
  noteBilled(error, usageOf(answer));
  throw error;
}
