import type { AgentMessage, SubAgentExecution, ToolCall } from "../stigmer/index.ts";
import { cutToJsonBytes } from "./json-size.ts";

/** Bytes that the input and the output of a sub-agent keep. */
const AGENT_TEXT_BYTES = 200;

/** Replaces the result of a call by a note of its length. */
export const withoutResult = cached((call: ToolCall): ToolCall => {
  const note = `[${call.result.length} characters left out: the status of this execution would be too large]`;
  return call.result.length <= note.length ? call : { ...call, result: note };
});

export const withoutArguments = cached((call: ToolCall): ToolCall => ({ ...call, args: {} }));

export const withoutDetails = cached(({ $typeName, id, name, status }: ToolCall): ToolCall => {
  return { $typeName, id, name, status, result: "", startedAt: "", completedAt: "", error: "" };
});

export const shortAgent = cached(
  (agent: SubAgentExecution): SubAgentExecution => ({
    ...agent,
    input: cutToJsonBytes(agent.input, AGENT_TEXT_BYTES),
    output: cutToJsonBytes(agent.output, AGENT_TEXT_BYTES),
  }),
);

const noted = new WeakMap<SubAgentExecution, { readonly missing: number; readonly agent: SubAgentExecution }>();

/** Notes how many calls of a sub-agent are not in the list. */
export function withMissingCalls(agent: SubAgentExecution, missing: number): SubAgentExecution {
  const known = noted.get(agent);
  if (known?.missing === missing) return known.agent;
  const made = { ...agent, metadata: { ...agent.metadata, toolCallsLeftOut: missing } };
  noted.set(agent, { missing, agent: made });
  return made;
}

const texts = new Map<number, (message: AgentMessage) => AgentMessage>();

/** Cuts the text of a message. */
export function shortText(message: AgentMessage, bytes: number): AgentMessage {
  const shorten =
    texts.get(bytes) ?? cached((part: AgentMessage) => ({ ...part, content: cutToJsonBytes(part.content, bytes) }));
  texts.set(bytes, shorten);
  return shorten(message);
}

/** Caches shortened elements by the original: each is created, and measured, once. */
function cached<T extends object>(shorten: (part: T) => T): (part: T) => T {
  const known = new WeakMap<T, T>();
  return (part) => {
    const shorter = known.get(part) ?? shorten(part);
    known.set(part, shorter);
    return shorter;
  };
}
