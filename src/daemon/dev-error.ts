import { RunnerError } from "../shared/runner-error.ts";

export type DevErrorCode = "temporal-missing" | "temporal-failed" | "not-local" | "port-taken" | "directory" | "in-use";

/** A part of the development environment could not be started. */
export class DevError extends RunnerError<DevErrorCode> {
  override readonly name = "DevError";
  override readonly headline = "the development environment";

  constructor(code: DevErrorCode, message: string, remedies: readonly string[], cause?: unknown) {
    super(code, message, { remedies, cause });
  }
}
