import { InsufficientScopeError, ProtocolError, SdkError, SdkHttpError, SseError } from "@modelcontextprotocol/client";
import { messageOf, systemCode } from "../../shared/errors.ts";
import { fetchFailure } from "../../shared/fetch-failure.ts";
import { networkFailure } from "../../shared/network-failure.ts";
import { variablesIn } from "../../shared/placeholders.ts";
import { plainText } from "../../shared/plain-text.ts";
import { RunnerError } from "../../shared/runner-error.ts";
import { ConnectError } from "./connect-error.ts";
import type { HttpServer, ResolvedServer } from "./resolved-server.ts";

/** Statuses by which a proxy says that it does not want to, or cannot, reach a server. */
const PROXY_STATUSES: ReadonlySet<number> = new Set([403, 407, 502, 503, 504]);

interface Circumstances {
  /** Why the older transport failed, if it was tried. */
  readonly old?: unknown;
  readonly hasProxy?: boolean | undefined;
}

/** Why a server over HTTP could not be connected. */
export function explainHttpConnect(
  error: unknown,
  resolved: ResolvedServer<HttpServer>,
  { old, hasProxy = false }: Circumstances,
): ConnectError {
  if (error instanceof ConnectError) return error;
  if (error instanceof RunnerError) return new ConnectError(error.message, error, error.remedies);
  const status = statusOf(error);
  const proxy = hasProxy && (status === undefined || PROXY_STATUSES.has(status)) ? [proxyRemedy(resolved)] : [];
  if (status === 401 || status === 403)
    return new ConnectError(refusalText(status), error, [keyRemedy(resolved), ...proxy]);
  if (status !== undefined) {
    const also = old === undefined ? "" : ` The older transport (SSE) failed too: ${plainText(messageOf(old))}.`;
    return new ConnectError(`It answered with HTTP ${status}${bodyText(error)}.${also}`, error, [
      "Check the field url of its definition.",
      ...proxy,
    ]);
  }
  if (error instanceof ProtocolError)
    return new ConnectError(`It refused the connection: ${plainText(error.message)}`, error);
  const network = networkFailure(systemCode(error));
  return new ConnectError(`It cannot be reached: ${plainText(fetchFailure(error))}`, error, [
    ...(network === undefined ? [] : ["Check the field url of its definition, and whether the server is running."]),
    ...proxy,
  ]);
}

/** The answer, or the failure, may be the proxy's. */
function proxyRemedy({ server: { url } }: ResolvedServer<HttpServer>): string {
  const variable = url.toLowerCase().startsWith("https:") ? "HTTPS_PROXY" : "HTTP_PROXY";
  return `The runner has ${variable}: if that proxy does not reach the server, add the server's host to NO_PROXY.`;
}

/** The status of the response that an error is about. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof SdkHttpError) return error.status;
  if (error instanceof SseError) return error.code;
  if (error instanceof InsufficientScopeError) return 403;
  return undefined;
}

/** What the server says in its response, as the middle of a sentence. */
export function bodyText(error: unknown): string {
  const text = error instanceof SdkError && error instanceof SdkHttpError ? error.data["text"] : undefined;
  const plain = typeof text === "string" ? plainText(text) : "";
  return plain === "" ? "" : ` (${plain})`;
}

export function refusalText(status: 401 | 403): string {
  return status === 401
    ? "It does not accept the credentials (HTTP 401)."
    : "It denies access with these credentials (HTTP 403).";
}

/** Which header, parameter or variable has the credentials. */
export function keyRemedy({ template }: ResolvedServer<HttpServer>): string {
  const places = [
    ...Object.entries(template.headers).map(([name, text]) => ({ what: `header ${name}`, text })),
    ...Object.entries(template.query).map(([name, text]) => ({ what: `query parameter ${name}`, text })),
    { what: "url", text: template.url },
  ];
  const used = places.flatMap(({ what, text }) => variablesIn(text).map((name) => `${name} (in its ${what})`));
  if (used.length > 0)
    return `Check the value of the ${used.length === 1 ? "variable" : "variables"} ${used.join(", ")}.`;
  const headers = Object.keys(template.headers);
  if (headers.length > 0) return `Check its ${headers.length === 1 ? "header" : "headers"} ${headers.join(", ")}.`;
  return "Its definition sends no credentials: add a header such as Authorization, whose value names a variable, and set that variable.";
}
