import { EPHEMERAL } from "../threads/index.ts";
import { invalidArgument, kindOf } from "./invalid-argument.ts";

/**
 * The activity `EnsureThread`: names the thread that an execution continues. Threads come into being when they are
 * first written to, so there is nothing to create.
 * @param sessionId empty for an execution without a session
 * @param agentId needed only then
 * @returns `thread-<session id>`, or `ephemeral-<agent id>-<8 hex digits>` for an execution without a session
 * @throws ApplicationFailure `InvalidArgument`: else unrelated callers would share one memory
 */
export async function ensureThread(sessionId?: unknown, agentId?: unknown): Promise<string> {
  const call = "EnsureThread takes the session's id, which may be empty, and the agent's id, both as texts";
  if (typeof sessionId !== "string") throw invalidArgument(`${call}: the session's id is ${kindOf(sessionId)}.`);
  if (sessionId !== "") return `thread-${sessionId}`;
  if (typeof agentId !== "string") throw invalidArgument(`${call}: the agent's id is ${kindOf(agentId)}.`);
  return `${EPHEMERAL}${agentId}-${crypto.randomUUID().slice(0, 8)}`;
}
