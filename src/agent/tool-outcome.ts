import { AsyncLocalStorage } from "node:async_hooks";

/**
 * What the sandbox knows of a tool call and the agent library drops on the way: its tools answer with text, whether
 * they succeeded or not.
 */
export interface ToolOutcome {
  /** Why it failed. */
  failure?: string;
}

const current = new AsyncLocalStorage<ToolOutcome>();

/** Runs a tool call; what {@link noteFailure} is told meanwhile belongs to it. */
export async function withOutcome<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly outcome: ToolOutcome }> {
  const outcome: ToolOutcome = {};
  return { result: await current.run(outcome, work), outcome };
}

/** Marks the tool call that is under way as failed. */
export function noteFailure(reason: string): void {
  const outcome = current.getStore();
  if (outcome !== undefined) outcome.failure = reason;
}
