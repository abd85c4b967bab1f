import { AIMessage, type BaseMessage, ToolMessage } from "@langchain/core/messages";
import { textOf } from "../tools/tool-middleware.ts";

/**
 * A conversation that any provider accepts. The answers of a provider have parts of its own (signed thinking, its form of
 * calls, its ids) that others refuse; what they said and the calls remain.
 * @param textOnly whether results of tools may only have text
 */
export function portable(messages: readonly BaseMessage[], textOnly: boolean): BaseMessage[] {
  return messages.map((message) => {
    if (textOnly && ToolMessage.isInstance(message) && typeof message.content !== "string")
      return new ToolMessage({ ...message, content: textOf(message.content) });
    if (!AIMessage.isInstance(message)) return message;
    const { text, tool_calls: calls = [], id } = message;
    return new AIMessage({ content: text, tool_calls: calls, ...(id === undefined ? {} : { id }) });
  });
}
