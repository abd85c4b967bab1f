/** The tokens of one call of a model, or of several. */
export interface TokenUsage {
  /** All tokens that the model read, the cached ones included. */
  readonly inputTokens: number;
  /** Those of the input that the provider had in its cache. */
  readonly cachedInputTokens: number;
  readonly outputTokens: number;
}

/** What an execution used of its models. */
export interface TotalUsage extends TokenUsage {
  readonly modelCalls: number;
}

export const NO_USAGE: TotalUsage = { modelCalls: 0, inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };

const NUMBERS = new Intl.NumberFormat("en-US");
const SHORT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

/** For the log and for errors: `4 model calls, 12,345 input tokens (10,000 cached), 678 output tokens`. */
export function usageText(usage: TotalUsage): string {
  const { inputTokens, cachedInputTokens, outputTokens } = usage;
  const cached = cachedInputTokens === 0 ? "" : ` (${NUMBERS.format(cachedInputTokens)} cached)`;
  const tokens = `${NUMBERS.format(inputTokens)} input tokens${cached}, ${NUMBERS.format(outputTokens)} output tokens`;
  return textWith(usage, NUMBERS, tokens);
}

/** For one line among others: `4 model calls, 12.3K tokens in (10K cached), 678 out`. */
export function shortUsageText(usage: TotalUsage): string {
  const { inputTokens, cachedInputTokens, outputTokens } = usage;
  const cached = cachedInputTokens === 0 ? "" : ` (${SHORT.format(cachedInputTokens)} cached)`;
  return textWith(usage, SHORT, `${SHORT.format(inputTokens)} tokens in${cached}, ${SHORT.format(outputTokens)} out`);
}

/** Some models do not report tokens: a zero would look like a free execution. */
function textWith(
  { modelCalls, inputTokens, outputTokens }: TotalUsage,
  numbers: Intl.NumberFormat,
  tokens: string,
): string {
  const calls = `${numbers.format(modelCalls)} model ${modelCalls === 1 ? "call" : "calls"}`;
  return `${calls}, ${modelCalls > 0 && inputTokens + outputTokens === 0 ? "tokens not reported" : tokens}`;
}
