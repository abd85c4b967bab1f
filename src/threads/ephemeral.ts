/** Prefix of the thread ids of executions without a session. */
export const EPHEMERAL = "ephemeral-";

/** Whether a thread belongs to one execution only and will never be continued. */
export function isEphemeral(threadId: string): boolean {
  return threadId.startsWith(EPHEMERAL);
}
