/**
 * The activity `EnsureThread`: names the thread that an execution continues. Threads come into being when they are
 * first written to, so there is nothing to create.
 * @returns `thread-<session id>`, or `ephemeral-<agent id>-<8 hex digits>` for an execution without a session
 */
export async function ensureThread(sessionId: string, agentId: string): Promise<string> {
  if (sessionId !== "") return `thread-${sessionId}`;
  return `${EPHEMERAL}${agentId}-${crypto.randomUUID().slice(0, 8)}`;
}

const EPHEMERAL = "ephemeral-";

/** Whether nobody will continue a thread. */
export function isEphemeral(threadId: string): boolean {
  return threadId.startsWith(EPHEMERAL);
}
