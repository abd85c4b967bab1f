import { RunnerError } from "../shared/runner-error.ts";

/** `unavailable`: the store; `damaged`: what it holds; `conflict`: others write to the same thread. */
export type ThreadErrorCode = "unavailable" | "damaged" | "conflict";

/** A thread cannot be used. The message is for the user of the agent. */
export class ThreadError extends RunnerError<ThreadErrorCode> {
  override readonly name = "ThreadError";

  constructor(code: ThreadErrorCode, message: string, cause?: unknown, remedies: readonly string[] = []) {
    super(code, message, { remedies, cause });
  }
}
