export type TemporalErrorCode = "unreachable" | "tls" | "namespace-not-found" | "unauthorized" | "rejected";

/** Why a connection to Temporal could not be made or used. The message names the address and the cause. */
export class TemporalError extends Error {
  override readonly name = "TemporalError";
  readonly code: TemporalErrorCode;

  constructor(code: TemporalErrorCode, message: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
