/** A thread cannot be used. The message is for the user of the agent. */
export class ThreadError extends Error {
  override readonly name = "ThreadError";

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
  }
}
