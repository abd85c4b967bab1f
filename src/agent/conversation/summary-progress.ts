import { AIMessage, type BaseMessage, ToolMessage } from "@langchain/core/messages";
import { AgentError } from "../agent-error.ts";

/** What was seen of one conversation. */
interface Seen {
  /** How many messages it had at the last summary. */
  length: number;
  /** Hashes of all results and answers. */
  readonly hashes: Set<string>;
}

/**
 * Notices that a conversation runs in circles: it was summarized, the agent forgot what it had done, did the same again until
 * the context was full, and so on. Progress is a tool's result or an answer that was not seen before.
 */
export class SummaryProgress {
  readonly #conversations = new Map<string, Seen>();

  /**
   * Called before a summary.
   * @param conversation distinguishes the main agent and each sub-agent
   * @param messages all messages of the conversation
   * @throws AgentError `no-progress` if nothing new happened since the summary before
   */
  require(conversation: string, messages: readonly BaseMessage[]): void {
    const seen = this.#conversations.get(conversation) ?? { length: 0, hashes: new Set<string>() };
    const isFirst = !this.#conversations.has(conversation);
    this.#conversations.set(conversation, seen);
    const before = seen.hashes.size;
    for (const message of messages.slice(seen.length)) {
      const text = content(message);
      if (text !== undefined) seen.hashes.add(String(Bun.hash(text)));
    }
    seen.length = messages.length;
    if (isFirst || seen.hashes.size > before) return;
    throw new AgentError(
      "no-progress",
      "The agent was stopped because it ran in circles: its conversation filled the model's context twice, and between the two summaries there was no new answer and no new result of a tool.",
      { remedies: ["Give it a smaller task, or choose a model with a larger context."] },
    );
  }
}

/** What makes an answer or a result a new one; `undefined` for other messages. */
function content(message: BaseMessage): string | undefined {
  if (ToolMessage.isInstance(message)) return `${message.name} ${message.text}`;
  if (!AIMessage.isInstance(message)) return undefined;
  const calls = (message.tool_calls ?? []).map(({ name, args }) => [name, args]);
  return `${message.text} ${JSON.stringify(calls)}`;
}
