/** Prefix of the thread ids of executions without a session. */
export const EPHEMERAL = "ephemeral-";

/** The thread of a session. It may not exist yet: it does once something is written to it. */
export function sessionThread(sessionId: string): string {
  return `thread-${sessionId}`;
}

/** A new thread for one execution without a session. */
export function ephemeralThread(agentId: string): string {
  return `${EPHEMERAL}${agentId}-${crypto.randomUUID().slice(0, 8)}`;
}

/** Whether a thread belongs to one execution only and will never be continued. */
export function isEphemeral(threadId: string): boolean {
  return threadId.startsWith(EPHEMERAL);
}
