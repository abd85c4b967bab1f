/** How the threads of executions without a session begin. */
export const EPHEMERAL = "ephemeral-";

/** Whether nobody will continue a thread. */
export function isEphemeral(threadId: string): boolean {
  return threadId.startsWith(EPHEMERAL);
}
