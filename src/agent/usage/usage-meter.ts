import { NO_USAGE, type TokenUsage, type TotalUsage } from "../../shared/token-usage.ts";

/** Adds up what one execution uses of its models: the agent, its sub-agents, summaries, and answers that broke off. */
export class UsageMeter {
  #total: TotalUsage = NO_USAGE;

  /** Adds an answer. @param usage absent if the provider did not say it */
  add(usage: TokenUsage | undefined): void {
    this.#add(1, usage ?? NO_USAGE);
  }

  /** Adds an answer that broke off and is asked for again: its tokens are billed, and it is no further call. */
  addBroken(usage: TokenUsage): void {
    this.#add(0, usage);
  }

  #add(calls: number, usage: TokenUsage): void {
    const { modelCalls, inputTokens, cachedInputTokens, outputTokens } = this.#total;
    this.#total = {
      modelCalls: modelCalls + calls,
      inputTokens: inputTokens + usage.inputTokens,
      cachedInputTokens: cachedInputTokens + usage.cachedInputTokens,
      outputTokens: outputTokens + usage.outputTokens,
    };
  }

  get total(): TotalUsage {
    return this.#total;
  }
}
