import type { BudgetConfig } from "../../config/index.ts";
import { untilAborted } from "../../shared/time.ts";
import { type TokenUsage, usageText } from "../../shared/token-usage.ts";
import { AgentError } from "../agent-error.ts";
import type { UsageMeter } from "./usage-meter.ts";

/** Who calls a model, and for what. */
export interface Caller {
  /** The graph node below which the calling sub-agent runs; empty for the main agent. */
  readonly node: string;
  readonly purpose: "turn" | "summary";
  /** Length of the request. Only called if tokens are limited. */
  readonly bytes: () => number;
}

/** The permission to make one call. Disposing ends the call. */
interface Grant {
  /** Whether no further call fits: the agent must conclude. */
  readonly isLast: boolean;
  /** Tells what the call used. If the provider does not say it, the tokens are estimated, but only for the budget. */
  used(usage: TokenUsage | undefined, answer: string): void;
  [Symbol.asyncDispose](): Promise<void>;
}

interface CallInFlight {
  /** More tokens than the call can use. */
  readonly maxTokens: number;
}

/** The settings that limit an execution. */
type LimitName = "MAX_MODEL_CALLS" | "MAX_TOKENS";

const UNLIMITED: Grant = { isLast: false, used: () => undefined, [Symbol.asyncDispose]: async () => undefined };

/** A token is at least this long, in bytes on average. */
const MIN_TOKEN_BYTES = 2;
/** A token's usual length, in bytes. */
const TOKEN_BYTES = 4;

/**
 * Limits the calls and the tokens of one execution. Sub-agents leave one call to the main agent, so that it can conclude.
 * The limits are exceeded by one call at most: calls that run at the same time only begin together if all of them fit.
 */
export class Budget {
  readonly #limits: BudgetConfig;
  readonly #usage: UsageMeter;
  readonly #maxAnswerTokens: number;
  readonly #inFlight = new Set<CallInFlight>();
  #ended = Promise.withResolvers<void>();
  /** Estimated tokens of calls whose provider does not say what they used. */
  #unreported = 0;
  /** What the last calls used: input tokens per byte of a request, and the most that one call of the main agent took. */
  #tokensPerByte = 0;
  #largestOutput = 0;
  #largestOfMain = 0;

  /** @param maxAnswerTokens maximum length of an answer */
  constructor(limits: BudgetConfig, usage: UsageMeter, maxAnswerTokens: number) {
    this.#limits = limits;
    this.#usage = usage;
    this.#maxAnswerTokens = maxAnswerTokens;
  }

  /** @throws AgentError `budget` if no call is left; the signal's reason */
  async begin(caller: Caller, signal: AbortSignal): Promise<Grant> {
    const { maxModelCalls, maxTokens } = this.#limits;
    if (maxModelCalls === 0 && maxTokens === 0) return UNLIMITED;
    const bytes = maxTokens === 0 ? 0 : caller.bytes();
    const call: CallInFlight = { maxTokens: Math.ceil(bytes / MIN_TOKEN_BYTES) + this.#maxAnswerTokens };
    while (!this.#fitsBesideOthers(call)) await untilAborted(this.#ended.promise, signal);
    const isLast = [this.#callsLeft(caller), this.#tokensLeft(caller, bytes)].includes("one");
    this.#inFlight.add(call);
    return {
      isLast,
      used: (usage, answer) => this.#learn(caller, bytes, usage ?? this.#estimated(bytes, answer)),
      [Symbol.asyncDispose]: async () => {
        this.#inFlight.delete(call);
        this.#ended.resolve();
        this.#ended = Promise.withResolvers();
      },
    };
  }

  /** Why the main agent may not continue with tools; `undefined` if it may. */
  get exhausted(): AgentError | undefined {
    const { maxModelCalls } = this.#limits;
    if (maxModelCalls > 0 && this.#usage.total.modelCalls >= maxModelCalls) return this.#refusal("MAX_MODEL_CALLS");
    return this.#hasTokens ? undefined : this.#refusal("MAX_TOKENS");
  }

  /** @throws AgentError `budget` if the tokens are used up */
  requireTokens(): void {
    if (!this.#hasTokens) throw this.#refusal("MAX_TOKENS");
  }

  get #hasTokens(): boolean {
    const { maxTokens } = this.#limits;
    return maxTokens === 0 || this.#tokens < maxTokens;
  }

  get #tokens(): number {
    const { inputTokens, outputTokens } = this.#usage.total;
    return inputTokens + outputTokens + this.#unreported;
  }

  #estimated(bytes: number, answer: string): TokenUsage {
    const inputTokens = Math.ceil(bytes / TOKEN_BYTES);
    const outputTokens = Math.ceil(Buffer.byteLength(answer) / TOKEN_BYTES);
    this.#unreported += inputTokens + outputTokens;
    return { inputTokens, cachedInputTokens: 0, outputTokens };
  }

  #fitsBesideOthers({ maxTokens: own }: CallInFlight): boolean {
    const { maxTokens } = this.#limits;
    if (maxTokens === 0 || this.#inFlight.size === 0) return true;
    const others = [...this.#inFlight].reduce((sum, call) => sum + call.maxTokens, 0);
    return this.#tokens + others + own <= maxTokens;
  }

  #callsLeft({ node, purpose }: Caller): "one" | "more" {
    const { maxModelCalls } = this.#limits;
    if (maxModelCalls === 0) return "more";
    const begun = this.#usage.total.modelCalls + this.#inFlight.size;
    // A summary may have taken the call that was left for the main agent's conclusion.
    const left = node === "" ? maxModelCalls - begun : maxModelCalls - 1 - begun;
    if (left <= 0 && !(node === "" && purpose === "turn" && left === 0)) throw this.#refusal("MAX_MODEL_CALLS");
    return left <= 1 ? "one" : "more";
  }

  #tokensLeft({ node }: Caller, bytes: number): "one" | "more" {
    const { maxTokens } = this.#limits;
    if (maxTokens === 0) return "more";
    this.requireTokens();
    const own = this.#tokensPerByte * bytes + this.#largestOutput;
    const reserved = node === "" ? 0 : this.#largestOfMain;
    const left = maxTokens - this.#tokens - reserved;
    if (node !== "" && own > left) throw this.#refusal("MAX_TOKENS");
    return 2 * own > left ? "one" : "more";
  }

  #learn({ node }: Caller, bytes: number, usage: TokenUsage): void {
    if (bytes === 0) return;
    this.#tokensPerByte = usage.inputTokens / bytes;
    this.#largestOutput = Math.max(this.#largestOutput, usage.outputTokens);
    if (node === "") this.#largestOfMain = Math.max(this.#largestOfMain, usage.inputTokens + usage.outputTokens);
  }

  #refusal(limit: LimitName): AgentError {
    const value = limit === "MAX_TOKENS" ? this.#limits.maxTokens : this.#limits.maxModelCalls;
    return new AgentError(
      "budget",
      `The budget of this execution is used up (${limit}=${value}) before the agent has concluded. It used ${usageText(this.#usage.total)}.`,
      {
        remedies: [
          `Send another message to let the agent continue, give it a smaller task, or raise ${limit} of the runner.`,
        ],
      },
    );
  }
}
