import { RunnerError } from "../shared/runner-error.ts";

export type SandboxErrorCode =
  | "outside"
  | "not-found"
  | "not-a-file"
  | "not-a-directory"
  | "too-large"
  | "denied"
  | "invalid"
  | "unsupported"
  | "unavailable";

/** A sandbox could not do something. The message is for the agent, and says what to do instead. */
export class SandboxError extends RunnerError<SandboxErrorCode> {
  override readonly name: string = "SandboxError";

  constructor(code: SandboxErrorCode, message: string, cause?: unknown, remedies: readonly string[] = []) {
    super(code, message, { remedies, cause });
  }

  /** Whether the cause lies between this replica and the provider of sandboxes: another replica may succeed. */
  get isReplicaLocal(): boolean {
    return false;
  }
}
