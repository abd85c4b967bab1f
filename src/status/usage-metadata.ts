import type { JsonObject } from "@bufbuild/protobuf";
import { NO_USAGE, ofOneCall, sumOf, type TokenUsage, type TotalUsage, without } from "../shared/token-usage.ts";
import { callUsage, tokensJson, totalUsage, usageJson } from "../shared/usage-json.ts";
import type { AgentMessage, SubAgentExecution } from "../stigmer/index.ts";
import type { StatusState } from "./status-state.ts";

/** The key of the model that gave an answer: what has it is one call of a model. */
const MODEL = "model";

/** The metadata of an answer of the model: which model gave it, and what it used. `undefined` if neither is known. */
export function answerMetadata(model: string | undefined, usage: TokenUsage | undefined): JsonObject | undefined {
  if (model === undefined && usage === undefined) return undefined;
  return { ...(model === undefined ? {} : { [MODEL]: model }), ...(usage === undefined ? {} : tokensJson(usage)) };
}

/** The sub-agent after one more answer of its model. */
export function withAnswerOf(agent: SubAgentExecution, usage: TokenUsage | undefined): SubAgentExecution {
  const used = sumOf([usageOfSubAgent(agent), ofOneCall(usage)]);
  return { ...agent, metadata: { ...agent.metadata, ...usageJson(used) } };
}

/**
 * Puts what the whole execution used into the metadata of its last message, and how much of it belongs to no answer and no
 * sub-agent that the status shows: summaries, and answers that broke off or could not be used.
 */
export function withTotalUsage(state: StatusState, total: TotalUsage): StatusState {
  const { messages, subAgentExecutions } = state.status;
  const last = messages.at(-1);
  if (last === undefined || (total.modelCalls === 0 && total.inputTokens === 0)) return state;
  const shown = sumOf([...messages.map(usageOfMessage), ...subAgentExecutions.map(usageOfSubAgent)]);
  const other = without(total, shown);
  const hasOther = Object.values(other).some((amount) => amount > 0);
  const used = { total_usage: usageJson(total), ...(hasOther ? { other_usage: usageJson(other) } : {}) };
  const message: AgentMessage = { ...last, metadata: { ...last.metadata, ...used } };
  return { ...state, status: { ...state.status, messages: messages.with(-1, message) } };
}

function usageOfMessage({ metadata = {} }: AgentMessage): TotalUsage {
  return Object.hasOwn(metadata, MODEL) || Object.hasOwn(metadata, "input_tokens") ? callUsage(metadata) : NO_USAGE;
}

function usageOfSubAgent({ metadata }: SubAgentExecution): TotalUsage {
  return totalUsage(metadata) ?? NO_USAGE;
}
