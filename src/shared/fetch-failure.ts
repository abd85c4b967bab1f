import { codedCause, messageOf } from "./errors.ts";
import { networkFailure } from "./network-failure.ts";

/** By Bun's codes. */
const CAUSES: ReadonlyMap<string, string> = new Map([
  ["ECONNRESET", "the connection was closed before the answer was complete"],
  ["ETIMEDOUT", "no answer in time"],
  ["EHOSTUNREACH", "there is no way to its network"],
  ["ENETUNREACH", "there is no way to its network"],
  ["FailedToOpenSocket", "no connection could be opened"],
  ["Malformed_HTTP_Response", "it does not speak HTTP"],
  ["InvalidHTTPResponse", "its answer is not valid HTTP"],
  ["InvalidContentLength", "its answer is not valid HTTP"],
  ["UnrequestedUpgrade", "its answer is not valid HTTP"],
  ["UnexpectedRedirect", "it redirects to another address, which is not followed"],
  ["TooManyRedirects", "it redirects too many times"],
  ["ZlibError", "its answer cannot be decompressed"],
  ["BrotliDecompressionError", "its answer cannot be decompressed"],
  ["ZstdDecompressionError", "its answer cannot be decompressed"],
  ["EPROTO", "the TLS handshake failed; if it does not use TLS, its URL must begin with http://"],
]);

/**
 * Why a `fetch` failed, as the end of a sentence in which "it" is the server. Bun's own texts name its codes and its API.
 * @param limitMs how long the answer was allowed to take
 */
export function fetchFailure(error: unknown, limitMs?: number): string {
  if (error instanceof DOMException && error.name === "TimeoutError")
    return limitMs === undefined ? "no answer in time" : `no answer within ${limitMs / 1000} s`;
  const cause = codedCause(error);
  if (cause === undefined) return withoutHint(messageOf(error));
  const { code } = cause;
  return networkFailure(code)?.message ?? CAUSES.get(code) ?? ofText(withoutHint(messageOf(cause)), code);
}

/** Bun's hint is about its API. */
function withoutHint(text: string): string {
  return text.replace(/(?: fetching "[^"]*")?\. For more information, pass .*$/s, "");
}

function ofText(text: string, code: string): string {
  if (/CERT|ALTNAME|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code)) return `its certificate is not accepted: ${text}`;
  return text === code ? `the request failed (${code})` : text;
}
