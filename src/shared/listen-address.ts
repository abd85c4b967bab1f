import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { isLoopback } from "./net-address.ts";
import { withTimeout } from "./time.ts";

export interface ListenAddressOptions {
  /** Refuses a host that this machine does not resolve to itself: there is no token. */
  readonly mustBeLoopback: boolean;
  /** How long name resolution may take, in ms. */
  readonly limitMs: number;
}

/**
 * The address that the admin server listens on for a host of the settings. What was checked is what is listened on,
 * whatever the name means later.
 * @throws the resolver's error (`ENOTFOUND`); `ETIMEOUT`; `ENOTLOOPBACK`
 */
export async function listenAddress(host: string, { mustBeLoopback, limitMs }: ListenAddressOptions): Promise<string> {
  const address = await addressOf(host.replace(/^\[(.*)\]$/, "$1"), limitMs);
  if (!mustBeLoopback || isLoopback(address)) return address;
  throw systemError("ENOTLOOPBACK", `${host} is ${address} here, which others can reach, and there is no ADMIN_TOKEN`);
}

async function addressOf(name: string, limitMs: number): Promise<string> {
  if (isIP(name) !== 0) return name;
  const tooLate = () => systemError("ETIMEOUT", `the name service does not answer for ${name}`);
  return (await withTimeout(lookup(name), limitMs, tooLate)).address;
}

/** An error as the system throws it. */
export function systemError(code: string, text: string): Error {
  return Object.assign(new Error(text), { code });
}
