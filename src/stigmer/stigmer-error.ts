import { type ServiceError, status } from "@grpc/grpc-js";
import type { ConnectionFailure } from "../shared/connection-failure.ts";
import { networkFailure } from "../shared/network-failure.ts";
import { RunnerError } from "../shared/runner-error.ts";
import { failureCode, failureRemedies } from "./diagnosis.ts";

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
export class StigmerError extends RunnerError<StigmerErrorCode> {
  override readonly name = "StigmerError";
  override readonly headline = "no connection to the Stigmer backend";

  constructor(code: StigmerErrorCode, message: string, cause?: unknown, remedies: readonly string[] = []) {
    super(code, message, { remedies, cause });
  }

  /** Whether the same call may succeed later. */
  get isTransient(): boolean {
    return TRANSIENT.has(this.code);
  }
}

/** A TLS failure is transient too: certificates are renewed. */
const TRANSIENT: ReadonlySet<StigmerErrorCode> = new Set(["unavailable", "tls", "deadline-exceeded", "failed"]);

/**
 * Explains an error of grpc-js in words that a person can act on.
 * @param failure why no connection is possible, if that was diagnosed
 */
export function fromServiceError(
  error: ServiceError,
  call: string,
  endpoint: string,
  failure?: ConnectionFailure,
): StigmerError {
  const as = (code: StigmerErrorCode, text: string, remedies: readonly string[]) =>
    new StigmerError(code, `${call} at ${endpoint}: ${text}`, error, remedies);
  if (failure !== undefined) return as(failureCode(failure), failure.message, failureRemedies(failure));
  const code = codeOf(error.code);
  return as(code, explain(code, error.details), REMEDIES[code] ?? []);
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

const REMEDIES: Readonly<Partial<Record<StigmerErrorCode, readonly string[]>>> = {
  unauthenticated: ["Check STIGMER_API_KEY."],
  "permission-denied": ["Check what STIGMER_API_KEY is allowed to do."],
  unimplemented: ["Check STIGMER_BACKEND_ENDPOINT: it leads to another server, or to another version of Stigmer's."],
};

function explain(code: StigmerErrorCode, details: string): string {
  switch (code) {
    case "unauthenticated":
      return `the API key was refused (${details})`;
    case "permission-denied":
      return `the API key may not do this (${details})`;
    case "unavailable":
      // grpc-js quotes the system's error.
      return networkFailure(/\bE[A-Z_]{4,}\b/.exec(details)?.[0])?.message ?? `not reachable (${details})`;
    case "deadline-exceeded":
      return "no answer in time";
    case "unimplemented":
      return "the server does not know this call";
    default:
      return details;
  }
}
