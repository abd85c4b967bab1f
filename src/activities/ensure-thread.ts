import { EPHEMERAL } from "../threads/index.ts";

/**
 * The activity `EnsureThread`: names the thread that an execution continues. Threads come into being when they are
 * first written to, so there is nothing to create.
 * @returns `thread-<session id>`, or `ephemeral-<agent id>-<8 hex digits>` for an execution without a session
 */
export async function ensureThread(sessionId: string, agentId: string): Promise<string> {
  if (sessionId !== "") return `thread-${sessionId}`;
  return `${EPHEMERAL}${agentId}-${crypto.randomUUID().slice(0, 8)}`;
}
