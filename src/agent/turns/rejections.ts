import { TASK_TOOL } from "../../shared/sub-agents.ts";
import { cutBetweenWords } from "../../shared/text.ts";
import type { TurnEnd } from "../model/turn-end.ts";
import { SEARCH_TOOL_NAME } from "../tool-search/search-tool-name.ts";
import { shownName } from "./call-names.ts";
import type { RawCall } from "./raw-calls.ts";
import type { Rejection } from "./turn-notes.ts";

/** Maximum number of calls in an answer: they run at the same time. */
export const CALLS_LIMIT = 64;
/** Characters of invalid arguments that are shown to the model. */
const ARGUMENTS_LIMIT = 300;

type Reason = Omit<Rejection, "callId">;

/** What an agent may call. */
export interface AvailableTools {
  readonly tools: readonly string[];
  /** Further tools, whose definitions the model does not see. */
  readonly hiddenTools?: readonly string[] | undefined;
  /** Names that the tool `task` accepts. */
  readonly subAgents: readonly string[];
}

/** Why a call of a complete answer is not executed; `undefined` if it is. */
export function rejection(
  call: RawCall,
  calls: readonly RawCall[],
  { tools, hiddenTools = [], subAgents }: AvailableTools,
): Reason | undefined {
  const name = shownName(call.name);
  if (!tools.includes(call.name) && !hiddenTools.includes(call.name)) {
    // The tools of servers may all be visible.
    const isNarrowed = tools.includes(SEARCH_TOOL_NAME);
    const search = isNarrowed ? ` You have more tools than these: ${SEARCH_TOOL_NAME} finds them.` : "";
    const advice = `Error: ${name} is not a valid tool, try one of [${tools.join(", ")}].${search}`;
    return { why: `not executed: there is no tool ${name}`, advice };
  }
  if (calls.length > CALLS_LIMIT) {
    const why = `not executed: the model asked for ${calls.length} calls at once, and at most ${CALLS_LIMIT} are executed`;
    return { why, advice: `Error: ${why}. None of them was executed: ask for fewer at once.` };
  }
  if (call.args === undefined) {
    const given = cutBetweenWords(call.text, ARGUMENTS_LIMIT);
    const why = "not executed: its arguments are not a valid JSON object";
    return {
      why,
      advice: `Error: the arguments of ${name} are not a valid JSON object, so it was not executed: ${given}`,
    };
  }
  const { subagent_type: subAgent } = call.args;
  if (call.name === TASK_TOOL && typeof subAgent === "string" && !subAgents.includes(subAgent)) {
    const what = `there is no sub-agent ${shownName(subAgent)}`;
    return { why: `not executed: ${what}`, advice: `Error: ${what}, try one of [${subAgents.join(", ")}].` };
  }
  // Each call replaces the whole list.
  if (call.name === "write_todos" && calls.filter((other) => other.name === call.name).length > 1) {
    const why = "not executed: write_todos was called several times at once";
    return { why, advice: `Error: ${why}. Call it once in an answer, with the whole list.` };
  }
  return undefined;
}

/** Why no call of an incomplete answer is executed. */
export function cutRejection(end: TurnEnd, maxTokens: number): Reason {
  const cut = cutExplanation(end, maxTokens);
  return {
    why: `not executed: the model's answer ${cut}`,
    advice: `Error: not executed, because your answer ${cut}. None of its tool calls was executed. Continue with smaller pieces: for example, write a long file in several parts, the first one with write_file and the next ones with edit_file or by appending with execute.`,
  };
}

/** How an incomplete answer ended; continues a sentence that begins with "the answer". */
export function cutExplanation(end: TurnEnd, maxTokens: number): string {
  switch (end.kind) {
    case "limit":
      return `was cut off at the limit of ${maxTokens} tokens (STIGMER_LLM_MAX_TOKENS)`;
    case "context":
      return "was cut off because the model's context is full";
    case "filtered":
      return "was stopped by the provider's content filter";
    case "refused":
      return "was refused by the model";
    case "other":
      return `ended early, with the reason "${shownName(end.reason)}"`;
    case "broken":
      return "broke off before its end";
    case "complete":
      return "is complete";
  }
}
