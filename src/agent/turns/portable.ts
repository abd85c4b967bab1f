import { AIMessage, type BaseMessage, ToolMessage } from "@langchain/core/messages";
import { textOf } from "../tools/tool-middleware.ts";

interface Receiver {
  /** Whether an answer is its own. */
  readonly isOwn: (answer: AIMessage) => boolean;
  /** Whether results of tools may only have text. */
  readonly textOnly: boolean;
}

/**
 * A conversation that a model accepts. The answers of another one have parts of its own (signed thinking, its provider's form
 * of calls, its ids) that others refuse; what they said and the calls remain.
 */
export function portable(messages: readonly BaseMessage[], { isOwn, textOnly }: Receiver): BaseMessage[] {
  return messages.map((message) => {
    if (textOnly && ToolMessage.isInstance(message) && typeof message.content !== "string")
      return new ToolMessage({ ...message, content: textOf(message.content) });
    if (!AIMessage.isInstance(message) || isOwn(message)) return message;
    const { text, tool_calls: calls = [], id } = message;
    return new AIMessage({ content: text, tool_calls: calls, ...(id === undefined ? {} : { id }) });
  });
}
