export type PlatformErrorCode = "directory" | "redis" | "credentials" | "daytona";

/** Something that the platform is made of and that cannot be used. */
export class PlatformError extends Error {
  override readonly name = "PlatformError";
  readonly code: PlatformErrorCode;
  /** What to do about it, each a sentence. */
  readonly remedies: readonly string[];

  constructor(code: PlatformErrorCode, message: string, remedies: readonly string[], cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.remedies = remedies;
  }
}
