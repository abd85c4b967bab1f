import type { AIMessage, UsageMetadata } from "@langchain/core/messages";
import { causes } from "../../shared/errors.ts";
import type { TokenUsage } from "../../shared/token-usage.ts";
import type { ModelChoice } from "./model-choice.ts";

/** The field of an answer in which the runner notes the model that gave it. */
const ANSWERED_BY = "agent_runner_model";
/** The usage of answers that broke off, by the error that says so. The provider bills them. */
const billed = new WeakMap<object, TokenUsage>();

/** What the provider says that an answer used; `undefined` if it says nothing. */
export function usageOf(answer: AIMessage): TokenUsage | undefined {
  const usage = answer.usage_metadata as UsageMetadata | undefined;
  if (usage === undefined) return undefined;
  const count = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? Math.max(value, 0) : 0);
  const inputTokens = count(usage.input_tokens);
  const outputTokens = count(usage.output_tokens);
  // Some clients say 0 if the server says nothing.
  if (inputTokens === 0 && outputTokens === 0) return undefined;
  return { inputTokens, cachedInputTokens: count(usage.input_token_details?.cache_read), outputTokens };
}

/** Notes what an answer used that ends with an error. */
export function noteBilled(error: unknown, usage: TokenUsage | undefined): void {
  if (usage !== undefined && typeof error === "object" && error !== null) billed.set(error, usage);
}

/** What an answer used that ended with an error; `undefined` if nothing is known to be billed. */
export function billedUsage(error: unknown): TokenUsage | undefined {
  for (const cause of causes(error)) {
    const usage = typeof cause === "object" && cause !== null ? billed.get(cause) : undefined;
    if (usage !== undefined) return usage;
  }
  return undefined;
}

/** Notes on an answer which model gave it: with a fallback it may be another one than the execution's. */
export function noteModel(answer: AIMessage, choice: ModelChoice): void {
  answer.response_metadata = { ...answer.response_metadata, [ANSWERED_BY]: nameOf(choice) };
}

/** A model as the status names it. */
export function nameOf({ provider, model }: ModelChoice): string {
  return `${provider}:${model}`;
}

/** The model that gave an answer, as `provider:name`. */
export function answeredBy({ response_metadata: metadata }: AIMessage): string | undefined {
  const name: unknown = metadata[ANSWERED_BY];
  return typeof name === "string" ? name : undefined;
}
