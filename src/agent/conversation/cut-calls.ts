import { AIMessage, type BaseMessage, RemoveMessage, ToolMessage } from "@langchain/core/messages";
import { REMOVE_ALL_MESSAGES } from "@langchain/langgraph";
import { createPatchToolCallsMiddleware } from "deepagents";
import type { AgentMiddleware } from "langchain";
import { asMiddleware } from "../as-middleware.ts";
import { rejectionsOf } from "../turns/turn-notes.ts";

const UNKNOWN =
  "Unknown whether it was executed: the run ended before the result of this call was known. Check its effects before you repeat it.";

/**
 * Gives a result to the calls of a run that ended in the middle of them, since providers refuse calls without one. The
 * library's middleware, which this replaces by its name, would say that they were cancelled: an agent would then do again
 * what may have been done.
 * @param finished the results that were known when the run ended, but not yet part of the conversation
 */
export function cutCalls(finished: () => readonly ToolMessage[]): AgentMiddleware {
  const library = createPatchToolCallsMiddleware();
  return asMiddleware({
    ...library,
    beforeAgent: ({ messages }: { readonly messages: readonly BaseMessage[] }) => {
      const answered = withResults(messages, finished());
      if (answered === undefined) return undefined;
      return { messages: [new RemoveMessage({ id: REMOVE_ALL_MESSAGES }), ...answered] };
    },
  } as { readonly name: string });
}

/** The conversation with a result of every call, and none without its call; `undefined` if it is complete. */
function withResults(
  messages: readonly BaseMessage[],
  finished: readonly ToolMessage[],
): readonly BaseMessage[] | undefined {
  const calls = new Set(messages.flatMap((message) => callsOf(message).map(({ id }) => id)));
  const results = new Set(messages.flatMap((message) => resultIdOf(message) ?? []));
  const known = new Map(finished.map((result) => [result.tool_call_id, result]));
  const whole = messages
    .filter((message) => calls.has(resultIdOf(message)) || !ToolMessage.isInstance(message))
    .flatMap((message) => {
      const missing = callsOf(message).filter(({ id }) => !results.has(id ?? ""));
      return [message, ...missing.map((call) => known.get(call.id ?? "") ?? resultOf(message, call))];
    });
  return whole.length === messages.length && whole.every((message, at) => message === messages[at]) ? undefined : whole;
}

type Call = NonNullable<AIMessage["tool_calls"]>[number];

function callsOf(message: BaseMessage): readonly Call[] {
  return AIMessage.isInstance(message) ? (message.tool_calls ?? []) : [];
}

function resultIdOf(message: BaseMessage): string | undefined {
  return ToolMessage.isInstance(message) ? message.tool_call_id : undefined;
}

function resultOf(message: BaseMessage, { id, name }: Call): ToolMessage {
  const rejection = AIMessage.isInstance(message)
    ? rejectionsOf(message).find(({ callId }) => callId === id)
    : undefined;
  return new ToolMessage({
    content: rejection?.advice ?? UNKNOWN,
    name,
    tool_call_id: id ?? "",
    id: crypto.randomUUID(),
    status: "error",
  });
}
