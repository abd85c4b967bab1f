import * as v from "valibot";
import { ofOneCall, type TokenUsage, type TotalUsage } from "./token-usage.ts";

const count = v.pipe(v.number(), v.minValue(0));
const tokens = v.object({ input_tokens: count, output_tokens: count, cached_input_tokens: count });
const total = v.object({ ...tokens.entries, model_calls: count, unreported_calls: v.optional(count, 0) });

/** The tokens of one call, as metadata has them. */
export function tokensJson({ inputTokens, outputTokens, cachedInputTokens }: TokenUsage): Record<string, number> {
  return { input_tokens: inputTokens, output_tokens: outputTokens, cached_input_tokens: cachedInputTokens };
}

/** The usage of several calls, as metadata has it. */
export function usageJson(usage: TotalUsage): Record<string, number> {
  const unreported = usage.unreportedCalls === 0 ? {} : { unreported_calls: usage.unreportedCalls };
  return { model_calls: usage.modelCalls, ...unreported, ...tokensJson(usage) };
}

/** The usage of one call; nothing is said of its tokens if the metadata does not have them. */
export function callUsage(metadata: unknown): TotalUsage {
  const read = v.safeParse(tokens, metadata);
  return ofOneCall(read.success ? tokensOf(read.output) : undefined);
}

/** The usage of several calls; `undefined` if the metadata does not have it. */
export function totalUsage(metadata: unknown): TotalUsage | undefined {
  const read = v.safeParse(total, metadata);
  if (!read.success) return undefined;
  const { model_calls: modelCalls, unreported_calls: unreportedCalls } = read.output;
  return { modelCalls, unreportedCalls, ...tokensOf(read.output) };
}

function tokensOf(json: v.InferOutput<typeof tokens>): TokenUsage {
  const { input_tokens: inputTokens, output_tokens: outputTokens, cached_input_tokens: cachedInputTokens } = json;
  return { inputTokens, outputTokens, cachedInputTokens };
}
