import { AIMessage, type BaseMessage } from "@langchain/core/messages";

interface ModelRequest {
  readonly messages: readonly BaseMessage[];
  readonly systemPrompt?: string | undefined;
  readonly tools?: readonly object[] | undefined;
}

/** Bytes of a tool besides its description: its name and the schema of its arguments. */
const TOOL_FRAME = 400;

/** About how long a request is, in bytes: from it and the tokens of the last call follow those of the next one. */
export function requestBytes({ messages, systemPrompt = "", tools = [] }: ModelRequest): number {
  const parts = [
    Buffer.byteLength(systemPrompt),
    ...messages.map(messageBytes),
    ...tools.map((tool) => {
      const description: unknown = Reflect.get(tool, "description");
      return TOOL_FRAME + (typeof description === "string" ? Buffer.byteLength(description) : 0);
    }),
  ];
  return parts.reduce((sum, bytes) => sum + bytes, 0);
}

function messageBytes(message: BaseMessage): number {
  const { content } = message;
  const calls = AIMessage.isInstance(message) ? (message.tool_calls ?? []) : [];
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return Buffer.byteLength(text) + (calls.length === 0 ? 0 : JSON.stringify(calls).length);
}
