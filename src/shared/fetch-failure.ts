import { messageOf, systemCode } from "./errors.ts";
import { networkFailure } from "./network-failure.ts";

/** By Bun's codes. */
const CAUSES: ReadonlyMap<string, string> = new Map([
  ["ECONNRESET", "it closes the connection before it has answered"],
  ["Malformed_HTTP_Response", "it does not speak HTTP"],
  ["InvalidHTTPResponse", "its answer is not valid HTTP"],
  ["UnexpectedRedirect", "it redirects to another address, which is not followed"],
  ["TooManyRedirects", "it redirects too many times"],
  ["ZlibError", "its answer cannot be decompressed"],
]);

/**
 * Why a `fetch` failed, as the end of a sentence in which "it" is the server. Bun's own texts name its codes and its API.
 * @param limitMs how long the answer was allowed to take
 */
export function fetchFailure(error: unknown, limitMs?: number): string {
  if (error instanceof DOMException && error.name === "TimeoutError")
    return limitMs === undefined ? "no answer in time" : `no answer within ${limitMs / 1000} s`;
  const code = systemCode(error) ?? "";
  return networkFailure(code)?.message ?? CAUSES.get(code) ?? withoutHint(messageOf(error));
}

function withoutHint(text: string): string {
  return text.replace(/(?: fetching "[^"]*")?\. For more information, pass .*$/s, "");
}
