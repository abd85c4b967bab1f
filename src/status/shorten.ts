import type { AgentMessage, SubAgentExecution, ToolCall } from "../stigmer/index.ts";
import { cutToJsonBytes } from "./json-size.ts";

/** Bytes that what a sub-agent was asked and answered keeps. */
const AGENT_TEXT_BYTES = 200;

/** A call without what the agent received; says how much that was. */
export const withoutResult = remembered((call: ToolCall): ToolCall => {
  const note = `[${call.result.length} characters left out: the status of this execution would be too large]`;
  return call.result.length <= note.length ? call : { ...call, result: note };
});

export const withoutArguments = remembered((call: ToolCall): ToolCall => ({ ...call, args: {} }));

export const withoutDetails = remembered(({ $typeName, id, name, status }: ToolCall): ToolCall => {
  return { $typeName, id, name, status, result: "", startedAt: "", completedAt: "", error: "" };
});

export const shortAgent = remembered(
  (agent: SubAgentExecution): SubAgentExecution => ({
    ...agent,
    input: cutToJsonBytes(agent.input, AGENT_TEXT_BYTES),
    output: cutToJsonBytes(agent.output, AGENT_TEXT_BYTES),
  }),
);

const texts = new Map<number, (message: AgentMessage) => AgentMessage>();

/** A message with only the head of its text. */
export function shortText(message: AgentMessage, bytes: number): AgentMessage {
  const shorten =
    texts.get(bytes) ?? remembered((part: AgentMessage) => ({ ...part, content: cutToJsonBytes(part.content, bytes) }));
  texts.set(bytes, shorten);
  return shorten(message);
}

/** The same part is shortened for one update after the other: it is made, and measured, once. */
function remembered<T extends object>(shorten: (part: T) => T): (part: T) => T {
  const known = new WeakMap<T, T>();
  return (part) => {
    const shorter = known.get(part) ?? shorten(part);
    known.set(part, shorter);
    return shorter;
  };
}
