import { DaytonaConnectionError, DaytonaError, DaytonaTimeoutError } from "@daytonaio/sdk";
import { messageOf } from "../../shared/errors.ts";
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

  override get isOfReplica(): boolean {
    return OF_REPLICA.has(this.reason);
  }

  /** Whether the request was surely not carried out. */
  get wasRefused(): boolean {
    return REFUSALS.has(this.reason);
  }
}

const TRANSIENT: ReadonlySet<DaytonaFailureCode> = new Set(["rate-limit", "server", "timeout", "unreachable"]);

/** Not among them what is the organization's: its quota, its snapshot. */
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

/** What to do about each. */
const REMEDIES: Readonly<Record<DaytonaFailureCode, string>> = {
  unauthorized:
    "Check DAYTONA_API_KEY: create a key at https://app.daytona.io/dashboard/keys that may write sandboxes, in the organization that has the snapshot.",
  quota:
    "Daytona's quota or credit is used up: delete sandboxes or raise the limit at https://app.daytona.io/dashboard/limits.",
  "not-found": "It may have been deleted.",
  "rate-limit": "Daytona takes no more requests at the moment: try again later, or raise the limit.",
  server: "This is Daytona's: see https://status.app.daytona.io, and try again later.",
  timeout: "Try again later; where it stays so, check DAYTONA_API_URL and the network.",
  unreachable: "Check DAYTONA_API_URL, and that this network lets the runner connect to it.",
  "other-api":
    "This is not Daytona's API: check DAYTONA_API_URL. It ends in the path of the API, as in https://app.daytona.io/api.",
  rejected: "Check DAYTONA_DEV_TOOLS_SNAPSHOT_ID and DAYTONA_TARGET.",
  failed:
    "See the sandbox at https://app.daytona.io/dashboard/sandboxes; where a new one did not come up, check DAYTONA_DEV_TOOLS_SNAPSHOT_ID.",
};

/** @param what was wanted, as in "create a sandbox" */
export function explainDaytona(what: string, error: unknown): DaytonaFailure {
  if (error instanceof DaytonaFailure) return error;
  const as = (code: DaytonaFailureCode, message: string) =>
    new DaytonaFailure(code, `Daytona could not ${what}: ${message}`, error);
  if (!(error instanceof DaytonaError)) return as("failed", sentence(messageOf(error)));
  const { statusCode: status } = error;
  const said = sentence(status === undefined ? error.message : `${error.message} (HTTP ${status})`);
  if (status === undefined) {
    if (error instanceof DaytonaTimeoutError) return as("timeout", said);
    return as(error instanceof DaytonaConnectionError ? "unreachable" : "failed", said);
  }
  if (status === 402 || ((status === 403 || status === 400) && /quota|limit|credit|suspended/i.test(error.message)))
    return as("quota", said);
  if (status === 401 || status === 403) return as("unauthorized", said);
  if (status === 404 || status === 410) return as("not-found", said);
  if (status === 408 || status === 504) return as("timeout", said);
  if (status === 429) return as("rate-limit", said);
  if (status >= 500) return as("server", said);
  return as("rejected", said);
}

/**
 * Statuses of a server that has no such list. A list is always there, so its absence tells that the server is another
 * one.
 */
const NO_LIST: ReadonlySet<number> = new Set([404, 405, 410]);

/** Why sandboxes could not be listed: also a server that is not Daytona's, such as a web page, answers something. */
export function explainListing(error: unknown): unknown {
  if (!(error instanceof DaytonaFailure)) return error;
  const { cause } = error;
  const as = (what: string) => new DaytonaFailure("other-api", `Daytona could not list sandboxes: ${what}.`, error);
  if (cause instanceof DaytonaError) {
    const { statusCode: status } = cause;
    return status !== undefined && NO_LIST.has(status) ? as(`the server has no list of them (HTTP ${status})`) : error;
  }
  // The answer is not what the library reads from it.
  return cause instanceof TypeError ? as("the answer of the server is not a list of them") : error;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** How long the API wants to be left alone, in ms. */
export function retryAfterMs(error: unknown): number | undefined {
  if (!(error instanceof DaytonaFailure) || !(error.cause instanceof DaytonaError)) return undefined;
  const seconds = Number(error.cause.headers?.["retry-after"]);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
}
