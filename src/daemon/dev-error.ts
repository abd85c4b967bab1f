export type DevErrorCode = "temporal-missing" | "temporal-failed" | "not-local" | "port-taken" | "directory" | "in-use";

/** A part of the development environment could not be started. */
export class DevError extends Error {
  override readonly name = "DevError";
  readonly code: DevErrorCode;
  /** What to do about it, each a sentence. */
  readonly remedies: readonly string[];

  constructor(code: DevErrorCode, message: string, remedies: readonly string[], cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.remedies = remedies;
  }
}
