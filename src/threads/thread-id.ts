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

/** The ids of threads that a session may name, in words. */
export const NAMED_THREAD = "1 to 200 letters, digits and . _ : @ / -, and does not begin with ephemeral-";

/** Whether a session may name a thread like this. */
export function isNamedThread(threadId: string): boolean {
  return /^[A-Za-z0-9._:@/-]{1,200}$/.test(threadId) && !isEphemeral(threadId);
}

/** Whether a thread belongs to one execution only and will never be continued. */
export function isEphemeral(threadId: string): boolean {
  return threadId.startsWith(EPHEMERAL);
}
