import * as v from "valibot";
import type { TotalUsage } from "../shared/token-usage.ts";
import type { AgentExecution } from "../stigmer/index.ts";

const count = v.pipe(v.number(), v.minValue(0));
const metadata = v.object({
  total_usage: v.object({ model_calls: count, input_tokens: count, cached_input_tokens: count, output_tokens: count }),
});

/** What an execution used of its models, as its last message says; `undefined` if it does not. */
export function totalUsage({ status }: AgentExecution): TotalUsage | undefined {
  const read = v.safeParse(metadata, status?.messages.at(-1)?.metadata);
  if (!read.success) return undefined;
  const total = read.output.total_usage;
  return {
    modelCalls: total.model_calls,
    inputTokens: total.input_tokens,
    cachedInputTokens: total.cached_input_tokens,
    outputTokens: total.output_tokens,
  };
}
