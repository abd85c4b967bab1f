import { status } from "@grpc/grpc-js";

/** A call was refused. The message is for the caller. */
export class DaemonError extends Error {
  override readonly name = "DaemonError";
  readonly status: status;

  constructor(code: status, message: string) {
    super(message);
    this.status = code;
  }
}

export const notFound = (message: string) => new DaemonError(status.NOT_FOUND, message);
export const invalid = (message: string) => new DaemonError(status.INVALID_ARGUMENT, message);
export const alreadyExists = (message: string) => new DaemonError(status.ALREADY_EXISTS, message);
