import { type ServiceError, status } from "@grpc/grpc-js";
import type { ConnectionFailure } from "../shared/connection-failure.ts";
import { describeFailure, isTlsFailure } from "./diagnosis.ts";

export type StigmerErrorCode =
  | "not-found"
  | "unauthenticated"
  | "permission-denied"
  | "unavailable"
  | "tls"
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
    return TRANSIENT.has(this.code);
  }
}

/** Certificates are renewed and switched over, too. */
const TRANSIENT: ReadonlySet<StigmerErrorCode> = new Set(["unavailable", "tls", "deadline-exceeded", "failed"]);

/**
 * Turns an error of grpc-js into one that a person can act on.
 * @param trouble what stands in the way of a connection, where that was found out
 */
export function fromServiceError(
  error: ServiceError,
  call: string,
  endpoint: string,
  trouble?: ConnectionFailure,
): StigmerError {
  const as = (code: StigmerErrorCode, text: string) => new StigmerError(code, `${call} at ${endpoint}: ${text}`, error);
  if (trouble !== undefined) return as(isTlsFailure(trouble) ? "tls" : "unavailable", describeFailure(trouble));
  const code = codeOf(error.code);
  return as(code, explain(code, error.details));
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
