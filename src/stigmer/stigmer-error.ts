import { type ServiceError, status } from "@grpc/grpc-js";

export type StigmerErrorCode =
  | "not-found"
  | "unauthenticated"
  | "permission-denied"
  | "unavailable"
  | "deadline-exceeded"
  | "invalid"
  | "too-large"
  | "unimplemented"
  | "failed";

/** A call to the Stigmer backend that failed. The message names the call, the address and the cause. */
export class StigmerError extends Error {
  override readonly name = "StigmerError";
  readonly code: StigmerErrorCode;

  constructor(code: StigmerErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }

  /** Whether the same call may succeed later. */
  get isTransient(): boolean {
    return this.code === "unavailable" || this.code === "deadline-exceeded" || this.code === "failed";
  }
}

/** Turns an error of grpc-js into one that a person can act on. */
export function fromServiceError(error: ServiceError, call: string, endpoint: string): StigmerError {
  const code = codeOf(error.code);
  return new StigmerError(code, `${call} at ${endpoint}: ${explain(code, error.details)}`, error);
}

function codeOf(code: status): StigmerErrorCode {
  switch (code) {
    case status.NOT_FOUND:
      return "not-found";
    case status.UNAUTHENTICATED:
      return "unauthenticated";
    case status.PERMISSION_DENIED:
      return "permission-denied";
    case status.UNAVAILABLE:
      return "unavailable";
    case status.DEADLINE_EXCEEDED:
      return "deadline-exceeded";
    case status.INVALID_ARGUMENT:
    case status.FAILED_PRECONDITION:
    case status.OUT_OF_RANGE:
    case status.ALREADY_EXISTS:
      return "invalid";
    case status.RESOURCE_EXHAUSTED:
      return "too-large";
    case status.UNIMPLEMENTED:
      return "unimplemented";
    default:
      return "failed";
  }
}

function explain(code: StigmerErrorCode, details: string): string {
  switch (code) {
    case "unauthenticated":
      return `the API key was refused (${details}); check STIGMER_API_KEY`;
    case "permission-denied":
      return `the API key may not do this (${details}); check what STIGMER_API_KEY is allowed`;
    case "unavailable":
      return /ECONNREFUSED/.test(details) ? "connection refused: nothing listens there" : `not reachable (${details})`;
    case "deadline-exceeded":
      return "no answer in time";
    case "unimplemented":
      return "the server does not know this call";
    default:
      return details;
  }
}
