import { status } from "@grpc/grpc-js";
import { RunnerError } from "../shared/runner-error.ts";

const STATUS = {
  "not-found": status.NOT_FOUND,
  invalid: status.INVALID_ARGUMENT,
  "already-exists": status.ALREADY_EXISTS,
  unavailable: status.UNAVAILABLE,
} as const;

export type DaemonErrorCode = keyof typeof STATUS;

/** A call was refused. The message is for the caller. */
export class DaemonError extends RunnerError<DaemonErrorCode> {
  override readonly name = "DaemonError";

  /** The code as gRPC's. */
  get status(): status {
    return STATUS[this.code];
  }
}

export const notFound = (message: string) => new DaemonError("not-found", message);
export const invalid = (message: string) => new DaemonError("invalid", message);
export const alreadyExists = (message: string) => new DaemonError("already-exists", message);
