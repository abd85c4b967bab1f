import { DaytonaConnectionError, DaytonaError, DaytonaTimeoutError } from "@daytonaio/sdk";
import { messageOf } from "../../shared/errors.ts";
import { sentence } from "../../shared/text.ts";
import { SandboxError } from "../sandbox-error.ts";

export type DaytonaFailureCode =
  | "unauthorized"
  | "quota"
  | "not-found"
  | "rate-limit"
  | "server"
  | "timeout"
  | "unreachable"
  | "other-api"
  | "rejected"
  | "failed";

/** A request that Daytona did not carry out. */
export class DaytonaFailure extends SandboxError {
  override readonly name = "DaytonaFailure";
  override readonly headline = "Daytona cannot be used";
  readonly reason: DaytonaFailureCode;

  constructor(reason: DaytonaFailureCode, message: string, cause?: unknown) {
    super("unavailable", message, cause, [REMEDIES[reason]]);
    this.reason = reason;
  }

  /** Whether the same request may succeed later. */
  get isTransient(): boolean {
    return TRANSIENT.has(this.reason);
  }

  override get isReplicaLocal(): boolean {
    return OF_REPLICA.has(this.reason);
  }

  /** Whether the request was certainly not carried out. */
  get wasRefused(): boolean {
    return REFUSALS.has(this.reason);
  }
}

const TRANSIENT: ReadonlySet<DaytonaFailureCode> = new Set(["rate-limit", "server", "timeout", "unreachable"]);

/** Without errors of the organization, such as its quota or its snapshot: these affect all replicas. */
const OF_REPLICA: ReadonlySet<DaytonaFailureCode> = new Set([
  "unauthorized",
  "unreachable",
  "other-api",
  "timeout",
  "server",
]);

const REFUSALS: ReadonlySet<DaytonaFailureCode> = new Set([
  ...(["unauthorized", "quota", "not-found", "rate-limit", "rejected"] as const),
]);

/** What to do about each error. */
const REMEDIES: Readonly<Record<DaytonaFailureCode, string>> = {
  unauthorized:
    "Check DAYTONA_API_KEY: create a key at https://app.daytona.io/dashboard/keys that may write sandboxes, in the organization that has the snapshot.",
  quota:
    "Daytona's quota or credit is used up: delete sandboxes or raise the limit at https://app.daytona.io/dashboard/limits.",
  "not-found": "It may have been deleted.",
  "rate-limit": "Daytona accepts no more requests at the moment: try again later, or raise the limit.",
  server: "This is an error of Daytona: see https://status.app.daytona.io, and try again later.",
  timeout: "Try again later. If it happens again, check DAYTONA_API_URL and the network.",
  unreachable: "Check DAYTONA_API_URL, and that this network lets the runner connect to it.",
  "other-api":
    "This is not Daytona's API: check DAYTONA_API_URL. It ends in the path of the API, as in https://app.daytona.io/api.",
  rejected: "Check DAYTONA_DEV_TOOLS_SNAPSHOT_ID and DAYTONA_TARGET.",
  failed:
    "See the sandbox at https://app.daytona.io/dashboard/sandboxes; if a new one did not start, check DAYTONA_DEV_TOOLS_SNAPSHOT_ID.",
};

/** Turns an error of the SDK into one that says what to do. @param what as in "create a sandbox" */
export function explainDaytona(what: string, error: unknown): DaytonaFailure {
  if (error instanceof DaytonaFailure) return error;
  const as = (code: DaytonaFailureCode, message: string) =>
    new DaytonaFailure(code, `Daytona could not ${what}: ${message}`, error);
  if (!(error instanceof DaytonaError)) return as("failed", sentence(messageOf(error).trim()));
  const { statusCode: status } = error;
  const text = sentence((status === undefined ? error.message : `${error.message} (HTTP ${status})`).trim());
  if (status === undefined) {
    if (error instanceof DaytonaTimeoutError) return as("timeout", text);
    return as(error instanceof DaytonaConnectionError ? "unreachable" : "failed", text);
  }
  if (status === 402 || ((status === 403 || status === 400) && /quota|limit|credit|suspended/i.test(error.message)))
    return as("quota", text);
  if (status === 401 || status === 403) return as("unauthorized", text);
  if (status === 404 || status === 410) return as("not-found", text);
  if (status === 408 || status === 504) return as("timeout", text);
  if (status === 429) return as("rate-limit", text);
  if (status >= 500) return as("server", text);
  return as("rejected", text);
}

/** Daytona always has a list of sandboxes: a server that answers with these statuses is not Daytona. */
const NO_LIST: ReadonlySet<number> = new Set([404, 405, 410]);

/** Explains a failed listing. Other servers answer too, for example with a web page. */
export function explainListing(error: unknown): unknown {
  if (!(error instanceof DaytonaFailure)) return error;
  const { cause } = error;
  const as = (what: string) => new DaytonaFailure("other-api", `Daytona could not list sandboxes: ${what}.`, error);
  if (cause instanceof DaytonaError) {
    const { statusCode: status } = cause;
    return status !== undefined && NO_LIST.has(status) ? as(`the server has no list of them (HTTP ${status})`) : error;
  }
  // The SDK could not read the answer.
  return cause instanceof TypeError ? as("the answer of the server is not a list of them") : error;
}

/** The time after which the API accepts the next request, in ms. */
export function retryAfterMs(error: unknown): number | undefined {
  if (!(error instanceof DaytonaFailure) || !(error.cause instanceof DaytonaError)) return undefined;
  const seconds = Number(error.cause.headers?.["retry-after"]);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}
