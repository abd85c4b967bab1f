import type { JsonObject } from "@bufbuild/protobuf";
import type { TokenUsage, TotalUsage } from "../shared/token-usage.ts";
import type { AgentMessage } from "../stigmer/index.ts";
import type { StatusState } from "./status-state.ts";

/** The metadata of a message of the model: which model gave it, and what it used. `undefined` if neither is known. */
export function answerMetadata(model: string | undefined, usage: TokenUsage | undefined): JsonObject | undefined {
  if (model === undefined && usage === undefined) return undefined;
  return { ...(model === undefined ? {} : { model }), ...(usage === undefined ? {} : tokens(usage)) };
}

/** Puts what the whole execution used into the metadata of its last message. */
export function withTotalUsage(state: StatusState, usage: TotalUsage): StatusState {
  const { messages } = state.status;
  const last = messages.at(-1);
  if (last === undefined || (usage.modelCalls === 0 && usage.inputTokens === 0)) return state;
  const total = { model_calls: usage.modelCalls, ...tokens(usage) };
  const message: AgentMessage = { ...last, metadata: { ...last.metadata, total_usage: total } };
  return { ...state, status: { ...state.status, messages: messages.with(-1, message) } };
}

function tokens({ inputTokens, cachedInputTokens, outputTokens }: TokenUsage): JsonObject {
  return { input_tokens: inputTokens, output_tokens: outputTokens, cached_input_tokens: cachedInputTokens };
}
