import { withoutUrlSecrets } from "../../config/index.ts";
import { messageOf, systemCode } from "../../shared/errors.ts";
import { networkFailure } from "../../shared/network-failure.ts";

/** Why nothing answers at a URL, and what to look at. */
export function noAnswer(url: string, error: unknown, limitMs: number): string {
  return `no answer from ${withoutUrlSecrets(url)}: ${reasonOf(error, limitMs)}. Is the runner running, and is that the address of its admin server (ADMIN_HOST, ADMIN_PORT)?`;
}

/** Why a request failed. Bun's texts are about its own API. */
function reasonOf(error: unknown, limitMs: number): string {
  if (error instanceof DOMException && error.name === "TimeoutError") return `it took more than ${limitMs / 1000} s`;
  const code = systemCode(error);
  const network = networkFailure(code);
  if (network !== undefined) return network.code === "refused" ? "the connection was refused" : "the host is unknown";
  if (code === undefined) return "what answers there is no HTTP server, or it broke off";
  return messageOf(error).split(". ")[0] ?? "";
}
