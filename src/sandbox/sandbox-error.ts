export type SandboxErrorCode =
  | "outside"
  | "not-found"
  | "not-a-file"
  | "not-a-directory"
  | "too-large"
  | "denied"
  | "invalid"
  | "unavailable";

/** Something that a sandbox cannot do. The message is for the agent: it says what to do instead. */
export class SandboxError extends Error {
  override readonly name: string = "SandboxError";
  readonly code: SandboxErrorCode;

  constructor(code: SandboxErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }

  /** Whether it lies between this replica and who provides sandboxes: another replica may succeed. */
  get isOfReplica(): boolean {
    return false;
  }
}
