import { NO_USAGE, ofOneCall, sumOf, type TokenUsage, type TotalUsage } from "../../shared/token-usage.ts";

/** Adds up what one execution uses of its models: the agent, its sub-agents, summaries, and answers that broke off. */
export class UsageMeter {
  #total: TotalUsage = NO_USAGE;

  /** Adds an answer. @param usage absent if the provider did not say it */
  add(usage: TokenUsage | undefined): void {
    this.#total = sumOf([this.#total, ofOneCall(usage)]);
  }

  /** Adds an answer that broke off and is asked for again: its tokens are billed, and it is no further call. */
  addBroken(usage: TokenUsage): void {
    this.#total = sumOf([this.#total, { ...NO_USAGE, ...usage }]);
  }

  get total(): TotalUsage {
    return this.#total;
  }
}
