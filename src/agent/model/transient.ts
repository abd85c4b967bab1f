import { parseRetryAfterMs } from "@langchain/core/utils/async_caller";
import { causes, messageOf, systemCode } from "../../shared/errors.ts";
import { UNREACHABLE_CODES } from "../../shared/network-failure.ts";
import { ModelStreamError } from "./model-stream-error.ts";

/** Maximum wait that a provider may ask for; if it asks for more, the call fails at once. */
const MAX_RETRY_AFTER_MS = 60_000;

/** Errors that mean that nothing answers at the provider's address; the last one is Bun's own. */
const UNREACHABLE: ReadonlySet<string> = new Set([...UNREACHABLE_CODES, "FailedToOpenSocket"]);
/** Errors within an answer that a retry would not change. */
const PERMANENT_ERRORS =
  /invalid_request|authentication|permission|not_found|too_large|insufficient_quota|billing|content_policy|invalid_prompt/i;
const QUOTA = /insufficient[_ -]?quota|exceeded your current quota|billing|credit balance|out of credits/i;

/** The messages of an error and its causes, for pattern matching. */
export function chainText(error: unknown): string {
  const parts = [...causes(error)].map(messageOf);
  return parts.filter((part, index) => parts.indexOf(part) === index).join(": ");
}

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

/** Whether a retry of a failed call may succeed. */
export function isTransient(error: unknown): boolean {
  const status = httpStatus(error);
  const text = chainText(error);
  if ((retryAfterMs(error) ?? 0) > MAX_RETRY_AFTER_MS) return false;
  if (status === 429) return !QUOTA.test(text);
  if (status !== undefined) return status === 408 || (status >= 500 && status !== 501);
  const reported = reportedError(error);
  if (reported !== undefined) return !PERMANENT_ERRORS.test(reported);
  return isUnreachable(error) || brokeOff(error);
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

/** How long the provider asks to wait; `undefined` if it does not. */
export function retryAfterMs(error: unknown): number | undefined {
  return fromChain(error, (cause) => {
    const headers: unknown = Reflect.get(cause, "headers");
    return headers instanceof Headers ? parseRetryAfterMs(headers.get("retry-after")) : undefined;
  });
}

function fromChain<T>(error: unknown, look: (cause: object) => T | undefined): T | undefined {
  for (const cause of causes(error)) {
    if (typeof cause !== "object" || cause === null) continue;
    const found = look(cause);
    if (found !== undefined) return found;
  }
  return undefined;
}
