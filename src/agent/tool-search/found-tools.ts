import { AIMessage, type BaseMessage, ToolMessage } from "@langchain/core/messages";

/** The field of a search's result that names the tools it found. */
const FOUND = "agent_runner_found_tools";
/** If more found tools are known than this, those that were not used for longest are dropped … */
export const MAX_FOUND = 24;
/** … until this many are left. Dropping many at once is rare: each time, the provider's cache of the prompt is lost. */
export const KEPT_FOUND = 16;

/** What a message of a search says beside its text. */
export function foundNote(names: readonly string[]): Record<string, unknown> {
  return { [FOUND]: names };
}

/**
 * The tools that were found or called in a conversation, in the order in which the model got to know them: a new one comes
 * last, so that the definitions before it stay in the provider's cache. The whole conversation is read, also what
 * summaries replace for the model, so nothing needs to be stored.
 * @param isKnown whether there is such a tool: that of a server that is gone is skipped
 */
export function foundTools(messages: readonly BaseMessage[], isKnown: (name: string) => boolean): string[] {
  /** By name: when it was last used. In the order of discovery. */
  const found = new Map<string, number>();
  for (const [time, message] of messages.entries()) {
    const before = found.size;
    for (const name of namesIn(message)) if (isKnown(name)) found.set(name, time);
    if (found.size > before && found.size > MAX_FOUND) dropOldest(found);
  }
  return [...found.keys()];
}

function namesIn(message: BaseMessage): readonly string[] {
  if (ToolMessage.isInstance(message)) {
    const names: unknown = message.additional_kwargs[FOUND];
    return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
  }
  return AIMessage.isInstance(message) ? (message.tool_calls ?? []).map(({ name }) => name) : [];
}

function dropOldest(found: Map<string, number>): void {
  const byUse = [...found].sort(([, one], [, other]) => one - other).map(([name]) => name);
  for (const name of byUse.slice(0, found.size - KEPT_FOUND)) found.delete(name);
}
