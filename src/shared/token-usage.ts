import { exactNumber, shortNumber } from "./number-format.ts";

/** The tokens of one call of a model, or of several. */
export interface TokenUsage {
  /** All tokens that the model read, the cached ones included. */
  readonly inputTokens: number;
  /** Those of the input that the provider had in its cache. */
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
}

/** What several calls of models used: those of an execution, or of a part of it. */
export interface TotalUsage extends TokenUsage {
  readonly modelCalls: number;
  /** Calls whose provider did not say what they used: the tokens are those of the others. */
  readonly unreportedCalls: number;
}

export const NO_USAGE: TotalUsage = {
  modelCalls: 0,
  unreportedCalls: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
};

/** What one call used. @param usage absent if the provider did not say it */
export function ofOneCall(usage: TokenUsage | undefined): TotalUsage {
  return { ...NO_USAGE, modelCalls: 1, ...(usage ?? { unreportedCalls: 1 }) };
}

/** What is used in all. */
export function sumOf(usages: Iterable<TotalUsage>): TotalUsage {
  let sum = NO_USAGE;
  for (const usage of usages) sum = combined(sum, usage, (one, other) => one + other);
  return sum;
}

/** What remains of a sum without some of its parts. */
export function without(sum: TotalUsage, part: TotalUsage): TotalUsage {
  return combined(sum, part, (one, other) => Math.max(one - other, 0));
}

function combined(one: TotalUsage, other: TotalUsage, combine: (a: number, b: number) => number): TotalUsage {
  return {
    modelCalls: combine(one.modelCalls, other.modelCalls),
    unreportedCalls: combine(one.unreportedCalls, other.unreportedCalls),
    inputTokens: combine(one.inputTokens, other.inputTokens),
    cachedInputTokens: combine(one.cachedInputTokens, other.cachedInputTokens),
    outputTokens: combine(one.outputTokens, other.outputTokens),
  };
}

/**
 * For the log and for errors: `4 model calls, 12,345 input tokens (10,000 cached), 678 output tokens`. Without tokens if the
 * provider does not count them.
 */
export function usageText(usage: TotalUsage): string {
  return textOf(usage, exactNumber, " input tokens", " output tokens");
}

/** For one line among others: `4 model calls, 12.3K tokens in (10K cached), 678 out`. */
export function shortUsageText(usage: TotalUsage): string {
  return textOf(usage, shortNumber, " tokens in", " out");
}

function textOf(usage: TotalUsage, format: (value: number) => string, input: string, output: string): string {
  const { modelCalls, unreportedCalls, inputTokens, cachedInputTokens, outputTokens } = usage;
  const calls = `${format(modelCalls)} model ${modelCalls === 1 ? "call" : "calls"}`;
  // A zero would look like a free execution.
  if (inputTokens === 0 && outputTokens === 0) return `${calls}, tokens not reported`;
  const uncounted = unreportedCalls === 0 ? "" : ` (${format(unreportedCalls)} without reported tokens)`;
  const cached = cachedInputTokens === 0 ? "" : ` (${format(cachedInputTokens)} cached)`;
  return `${calls}${uncounted}, ${format(inputTokens)}${input}${cached}, ${format(outputTokens)}${output}`;
}
