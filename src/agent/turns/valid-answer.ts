import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import { parsePartialJson } from "@langchain/core/output_parsers";
import { cutBetweenWords } from "../../shared/text.ts";
import { acceptableName, uniqueId } from "./call-names.ts";
import { type RawCall, rawCalls } from "./raw-calls.ts";
import { type AvailableTools, CALLS_LIMIT, rejection } from "./rejections.ts";
import { type Rejection, withTurnNotes } from "./turn-notes.ts";

/** Characters that are kept of a text in the arguments of a call that is not executed. */
const TEXT_LIMIT = 2_000;

/** Fields with other forms of the calls, which clients would send back instead of the rebuilt ones. */
const CALL_RECORDS = [
  "tool_calls",
  "function_call",
  "tool_outputs",
  "reasoning",
  "__openai_function_call_ids__",
  "__openai_custom_tool_call_ids__",
];

/**
 * An answer as the conversation can keep it, whatever the provider. Every call has a unique id, a name and an object of
 * arguments, and calls that must not be executed are noted. Every provider accepts it when it is sent back.
 * @param before the conversation so far
 * @param cutReason why none of its calls is executed
 * @param issued ids of calls in other conversations of the execution, such as a sub-agent's; those of the answer are added
 */
export function validAnswer(
  answer: AIMessage,
  before: readonly BaseMessage[],
  available: AvailableTools,
  cutReason?: Omit<Rejection, "callId">,
  issued: Set<string> = new Set(),
): AIMessage {
  const raw = rawCalls(answer);
  if (raw.length === 0) return withUniqueId(answer, before);
  const taken = issued.union(
    new Set(before.flatMap((one) => (AIMessage.isInstance(one) ? (one.tool_calls ?? []) : [])).map(idOf)),
  );
  const rejections: Rejection[] = [];
  const calls = raw.slice(0, CALLS_LIMIT).map((call) => {
    const id = uniqueId(call.id, taken);
    taken.add(id);
    issued.add(id);
    const reason = cutReason ?? rejection(call, raw, available);
    if (reason !== undefined) rejections.push({ callId: id, ...reason });
    return { type: "tool_call" as const, id, name: acceptableName(call.name), args: call.args ?? readable(call) };
  });
  const isSound =
    rejections.length === 0 &&
    raw.every(({ id, name }, index) => id === calls[index]?.id && name === calls[index]?.name);
  if (isSound) return withUniqueId(answer, before);
  return rebuilt(answer, before, {
    tool_calls: calls,
    additional_kwargs: withTurnNotes(answer.additional_kwargs, { cut: cutReason !== undefined, refusals: rejections }),
  });
}

/** The answer with a text of the runner after its own. */
export function withText(answer: AIMessage, added: string): AIMessage {
  const { content, text } = answer;
  if (text.trim() === "") return rebuilt(answer, [], { content: added });
  // The pieces that were already shown must stay its beginning.
  const noted =
    typeof content === "string" ? `${text}\n\n${added}` : [...content, { type: "text" as const, text: `\n\n${added}` }];
  return rebuilt(answer, [], { content: noted });
}

interface Change {
  readonly content?: AIMessage["content"];
  readonly tool_calls?: NonNullable<AIMessage["tool_calls"]>;
  readonly additional_kwargs?: AIMessage["additional_kwargs"];
}

function rebuilt(answer: AIMessage, before: readonly BaseMessage[], change: Change): AIMessage {
  const kwargs = change.additional_kwargs ?? answer.additional_kwargs;
  // The client of the Responses API would send back this record instead of the message.
  const { output: _, ...metadata } = answer.response_metadata;
  return new AIMessage({
    content: change.content ?? withoutCalls(answer.content),
    tool_calls: change.tool_calls ?? [],
    additional_kwargs: Object.fromEntries(Object.entries(kwargs).filter(([key]) => !CALL_RECORDS.includes(key))),
    response_metadata: metadata,
    id: uniqueMessageId(answer, before),
    ...(answer.name === undefined ? {} : { name: answer.name }),
    ...(answer.usage_metadata === undefined ? {} : { usage_metadata: answer.usage_metadata }),
  });
}

/** Anthropic's content repeats the calls, and Anthropic refuses thinking without its signature. */
function withoutCalls(content: AIMessage["content"]): AIMessage["content"] {
  if (typeof content === "string") return content;
  const kept = content.filter(
    (block) =>
      block.type !== "tool_use" &&
      block.type !== "input_json_delta" &&
      !(block.type === "text" && String(block["text"]).trim() === "") &&
      !(block.type === "thinking" && !block["signature"]),
  );
  return kept.length === 0 ? "" : kept;
}

/** A message replaces an earlier one with its id, and some servers give all answers the same id. */
function withUniqueId(answer: AIMessage, before: readonly BaseMessage[]): AIMessage {
  const id = uniqueMessageId(answer, before);
  if (id !== answer.id) answer._updateId(id);
  return answer;
}

function uniqueMessageId(answer: AIMessage, before: readonly BaseMessage[]): string {
  const { id } = answer;
  return id === undefined || before.some((message) => message.id === id) ? crypto.randomUUID() : id;
}

/** The readable part of invalid arguments, for the user and for the model. */
function readable({ text }: RawCall): Record<string, unknown> {
  const short = (value: string) => cutBetweenWords(value, TEXT_LIMIT);
  const read: unknown = parsePartialJson(text);
  if (typeof read !== "object" || read === null || Array.isArray(read)) return { raw: short(text) };
  const texts = Object.entries(read).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return Object.fromEntries(texts.map(([key, value]) => [key, short(value)]));
}

function idOf({ id }: { readonly id?: string }): string {
  return id ?? "";
}
