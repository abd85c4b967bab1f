import { isIP } from "node:net";
import { systemCode } from "../../shared/errors.ts";
import { reachableAddress } from "./reachable-address.ts";

/** Codes of errors that mean that there was no connection: nothing was sent. */
const NO_CONNECTION: ReadonlySet<string> = new Set([
  "ConnectionRefused",
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "DNSException",
  "FailedToOpenSocket",
]);

/** Whether an error of fetch means that nothing was sent. */
export function isUnconnected(error: unknown): boolean {
  return NO_CONNECTION.has(systemCode(error) ?? "");
}

/** While it connects, nothing is sent. */
export type Phase = "connecting" | "sending";

/**
 * Fetches from one of the addresses that were looked up before.
 * @param addresses none: the name is looked up
 * @param onPhase called when a phase begins
 */
type PinnedFetch = (
  url: URL,
  init: RequestInit & { readonly signal: AbortSignal },
  addresses: readonly string[],
  onPhase: (phase: Phase) => void,
) => Promise<Response>;

/**
 * Makes a fetch function for one server. It connects to addresses that were checked: another look-up could find one that is
 * not allowed. Headers and certificates are those of the name. An address that works is used again.
 */
export function pinnedFetch(): PinnedFetch {
  let proven: string | undefined;
  return async (url, init, addresses, onPhase) => {
    // Nothing is followed that was not checked. Calls have a limit of their own: a server may be silent for longer than
    // fetch waits.
    const plain: BunFetchRequestInit = { ...init, redirect: "manual", timeout: false };
    const [first, ...others] = addresses;
    if (first === undefined) {
      onPhase("sending");
      return await fetch(url, plain);
    }
    const headers = new Headers(init.headers);
    headers.set("host", url.host);
    const pinned = { ...plain, headers, tls: { serverName: url.hostname.replace(/\.$/, "") } };
    const fetchFrom = async (address: string) => {
      onPhase("sending");
      return await fetch(withHost(url, address), pinned);
    };
    if (others.length === 0) return await fetchFrom(first);
    if (proven !== undefined && addresses.includes(proven)) {
      try {
        return await fetchFrom(proven);
      } catch (error) {
        proven = undefined;
        if (!isUnconnected(error)) throw error;
      }
    }
    onPhase("connecting");
    const found = await reachableAddress(addresses, portOf(url), init.signal);
    const response = await fetchFrom(found);
    proven = found;
    return response;
  };
}

function portOf({ port, protocol }: URL): number {
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}

function withHost(url: URL, address: string): URL {
  const changed = new URL(url);
  changed.hostname = isIP(address) === 6 ? `[${address}]` : address;
  return changed;
}
