import { AsyncLocalStorage } from "node:async_hooks";

/**
 * How a tool call ended. The sandbox knows it, but the library's tools only return text, whether they succeeded or not: so
 * it bypasses them, through AsyncLocalStorage.
 */
interface ToolOutcome {
  readonly callId: string;
  /** Why it failed. */
  failure?: string;
}

const current = new AsyncLocalStorage<ToolOutcome>();

/** Runs a tool call; a {@link recordFailure} within it belongs to this call. */
export async function withOutcome<T>(
  callId: string,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly outcome: ToolOutcome }> {
  const outcome: ToolOutcome = { callId };
  return { result: await current.run(outcome, work), outcome };
}

/** Marks the tool call from which this is called as failed. */
export function recordFailure(reason: string): void {
  const outcome = current.getStore();
  if (outcome !== undefined) outcome.failure = reason;
}

/** The id of the tool call from which this is called; empty outside of one. */
export function currentCallId(): string {
  return current.getStore()?.callId ?? "";
}
