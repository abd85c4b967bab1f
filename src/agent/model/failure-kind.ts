import { systemCode } from "../../shared/errors.ts";
import { UNREACHABLE_CODES } from "../../shared/network-failure.ts";
import { isContextOverflow } from "./context-overflow.ts";
import { chainText, fromChain } from "./error-chain.ts";
import { ModelStreamError } from "./model-stream-error.ts";

/** Why a call of a model failed. */
export type FailureKind =
  /** The provider refuses the API key. */
  | "key"
  /** The account may not use any more: nothing changes without a payment or another limit. */
  | "quota"
  | "unknown-model"
  /** The conversation is too long. */
  | "context"
  /** The provider refuses the content. */
  | "content"
  | "rate-limit"
  | "overloaded"
  | "unreachable"
  /** An error of the provider's server that may pass. */
  | "server"
  /** The connection or the answer broke off, or the response was not an answer. */
  | "broken"
  /** The request is refused for another reason, or the error is unknown: a repetition would fail too. */
  | "other";

/** Errors that mean that nothing answers at the provider's address; the last one is Bun's own. */
const UNREACHABLE: ReadonlySet<string> = new Set([...UNREACHABLE_CODES, "FailedToOpenSocket"]);
/** Errors within an answer that a retry would not change. */
const PERMANENT_ERRORS =
  /invalid_request|authentication|permission|not_found|too_large|insufficient_quota|billing|content_policy|invalid_prompt/i;
const QUOTA =
  /insufficient[_ -]?quota|exceeded your current quota|billing|credit balance|out of credits|insufficient[_ ](funds|balance|credits)/i;
const RATE_LIMIT = /rate[_ -]?limit|too many requests/i;
const OVERLOADED = /overloaded|over capacity|server[_ ]is[_ ]busy|slow_down/i;
const CONTENT =
  /content[_ ]?(policy|filter|management)|responsibleai|safety (system|policy)|usage policy|invalid_prompt|flagged/i;
const UNKNOWN_MODEL =
  /model[_ ]not[_ ]found|model .*(not found|does not exist|is not supported)|unknown model|not_found_error/i;

/** The HTTP status on an error of a provider's client, under the names that the clients use. */
export function httpStatus(error: unknown): number | undefined {
  return fromChain(error, (cause) => {
    for (const key of ["status", "status_code", "statusCode"]) {
      const value: unknown = Reflect.get(cause, key);
      if (typeof value === "number" && value >= 400 && value < 600) return value;
    }
    return undefined;
  });
}

/** Whether nothing answered at the provider's address. */
export function isUnreachable(error: unknown): boolean {
  if (httpStatus(error) !== undefined) return false;
  return (
    UNREACHABLE.has(systemCode(error) ?? "") ||
    /ECONNREFUSED|fetch failed|unable to connect|connection error/i.test(chainText(error))
  );
}

/** The error that a provider reported within an answer with status 200. */
export function reportedError(error: unknown): string | undefined {
  return fromChain(error, (cause) => {
    if (cause instanceof ModelStreamError) return cause.kind === "error" ? cause.message : undefined;
    const body: unknown = Reflect.get(cause, "error");
    if (!("status" in cause) || cause.status !== undefined || typeof body !== "object" || body === null)
      return undefined;
    // Anthropic nests it in another object.
    const { type, code, message } = ("error" in body ? body.error : body) as Record<string, unknown>;
    const kind = [type, code].find((part) => typeof part === "string" && part !== "");
    return [kind, message].filter((part) => typeof part === "string").join(": ") || JSON.stringify(body);
  });
}

/** Classifies the failure of a call. */
export function failureKind(error: unknown): FailureKind {
  if (isContextOverflow(error)) return "context";
  const status = httpStatus(error);
  if (status !== undefined) return kindOfStatus(status, chainText(error));
  const reported = reportedError(error);
  if (reported !== undefined) return kindOfReported(reported);
  if (isUnreachable(error)) return "unreachable";
  return brokeOff(error) ? "broken" : "other";
}

function kindOfStatus(status: number, text: string): FailureKind {
  switch (status) {
    case 401:
      return "key";
    case 402:
      return "quota";
    case 403:
      return QUOTA.test(text) ? "quota" : "key";
    case 404:
      return "unknown-model";
    case 408:
      return "server";
    case 429:
      // Google uses the same words for limits of a minute, with the time to wait.
      return QUOTA.test(text) && !/retryDelay/.test(text) ? "quota" : "rate-limit";
    case 501:
      return "other";
    case 503:
    case 529:
      return "overloaded";
    default:
      if (status >= 500) return "server";
      if (QUOTA.test(text)) return "quota";
      if (UNKNOWN_MODEL.test(text)) return "unknown-model";
      return CONTENT.test(text) ? "content" : "other";
  }
}

function kindOfReported(text: string): FailureKind {
  if (QUOTA.test(text)) return "quota";
  if (OVERLOADED.test(text)) return "overloaded";
  if (RATE_LIMIT.test(text)) return "rate-limit";
  if (CONTENT.test(text)) return "content";
  return PERMANENT_ERRORS.test(text) ? "other" : "server";
}

/** Whether the connection or the answer broke off, or the response was not an answer. */
export function brokeOff(error: unknown): boolean {
  if (httpStatus(error) !== undefined) return false;
  const broken = fromChain(error, (cause) =>
    (cause instanceof ModelStreamError && cause.kind === "broken") || cause instanceof SyntaxError ? true : undefined,
  );
  return (
    broken === true ||
    /^(ECONNRESET|ConnectionClosed|EPIPE|ERR_STREAM_PREMATURE_CLOSE|UND_ERR_SOCKET)$/.test(systemCode(error) ?? "") ||
    /did not receive done|empty response from chat model|no chunks returned|missing body|connection (was )?closed|socket (hang up|connection)|terminated|timed out|request ended without/i.test(
      chainText(error),
    )
  );
}
