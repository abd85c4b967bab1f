import { isIP } from "node:net";
import { systemCode } from "../../shared/errors.ts";

/** Codes of errors that mean that there was no connection: nothing was sent. */
export const NO_CONNECTION: ReadonlySet<string> = new Set([
  "ConnectionRefused",
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "DNSException",
  "FailedToOpenSocket",
]);

/**
 * Fetches from one of the addresses that were looked up before: another look-up could find one that is not allowed. Headers
 * and certificates are those of the name.
 * @param addresses none: the name is looked up
 */
export async function pinnedFetch(url: URL, init: RequestInit, addresses: readonly string[]): Promise<Response> {
  // Nothing is followed that was not checked. Calls have a limit of their own: a server may be silent for longer than
  // fetch waits.
  const plain: BunFetchRequestInit = { ...init, redirect: "manual", timeout: false };
  const [first, ...others] = addresses;
  if (first === undefined) return await fetch(url, plain);
  const headers = new Headers(init.headers);
  headers.set("host", url.host);
  const pinned = { ...plain, headers, tls: { serverName: url.hostname.replace(/\.$/, "") } };
  try {
    return await fetch(withHost(url, first), pinned);
  } catch (error) {
    if (others.length === 0 || !NO_CONNECTION.has(systemCode(error) ?? "")) throw error;
    return await pinnedFetch(url, init, others);
  }
}

function withHost(url: URL, address: string): URL {
  const changed = new URL(url);
  changed.hostname = isIP(address) === 6 ? `[${address}]` : address;
  return changed;
}
