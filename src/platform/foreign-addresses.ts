import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { AddressPolicy } from "../shared/address-policy.ts";
import { RunnerError } from "../shared/runner-error.ts";

const REMEDIES = [
  "Use a server that the runner reaches over the network, or one of type stdio, which runs in the agent's sandbox.",
  "If the server belongs to the runner's deployment, its operator can add the host to MCP_ALLOWED_HOSTS.",
];

class AddressError extends RunnerError<"address-not-allowed"> {
  override readonly name = "AddressError";
}

/**
 * Permits connections to other machines only: what agents ask for must not reach the runner itself, its neighbours in the
 * pod, or the cloud's metadata service. A name is looked up before each request, all its addresses must be allowed, and the
 * connection goes to one of them.
 */
export class ForeignAddresses implements AddressPolicy {
  readonly #allowedHosts: ReadonlySet<string>;
  readonly #refused = refusedAddresses();

  readonly #hasProxy: (url: URL) => boolean;

  /**
   * @param allowedHosts names and addresses that are permitted whatever they mean
   * @param behindProxy whether requests to a URL go through a proxy
   */
  constructor(allowedHosts: readonly string[], behindProxy: (url: URL) => boolean = () => false) {
    this.#allowedHosts = new Set(allowedHosts.map(plainHost));
    this.#hasProxy = behindProxy;
  }

  async check(url: URL): Promise<readonly string[]> {
    const host = plainHost(url.hostname);
    if (this.#allowedHosts.has(host)) return [];
    // A proxy looks names up itself, and must get them: its rules, and those of NO_PROXY, are about names.
    const isProxied = this.#hasProxy(url);
    const addresses = await addressesOf(host).catch((error: unknown) => {
      if (isProxied) return [];
      throw error;
    });
    for (const address of addresses) {
      if (!this.#isRefused(address)) continue;
      const what = address === host ? host : `${host} (${address})`;
      throw new AddressError(
        "address-not-allowed",
        `The address ${what} belongs to the runner's own machine or to its local link, which agents may not connect to.`,
        { remedies: REMEDIES },
      );
    }
    return isProxied || isIP(host) !== 0 ? [] : addresses;
  }

  #isRefused(address: string): boolean {
    const mapped = /^(?:::ffff:|::|64:ff9b::)(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
    if (mapped !== undefined) return this.#isRefused(mapped);
    return this.#refused.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  }
}

function refusedAddresses(): BlockList {
  const list = new BlockList();
  list.addSubnet("0.0.0.0", 8, "ipv4");
  list.addSubnet("127.0.0.0", 8, "ipv4");
  list.addSubnet("169.254.0.0", 16, "ipv4");
  list.addAddress("::", "ipv6");
  list.addAddress("::1", "ipv6");
  list.addSubnet("fe80::", 10, "ipv6");
  // The metadata services of Alibaba Cloud and Oracle's older one.
  list.addAddress("100.100.100.200", "ipv4");
  list.addAddress("192.0.0.192", "ipv4");
  // Azure's agent on the host.
  list.addAddress("168.63.129.16", "ipv4");
  // The metadata services of AWS and Google.
  list.addAddress("fd00:ec2::254", "ipv6");
  list.addAddress("fd20:ce::254", "ipv6");
  for (const { address, family } of Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []))
    list.addAddress(address.replace(/%.*$/, ""), family === "IPv6" ? "ipv6" : "ipv4");
  return list;
}

/** A look-up that fails is an error: the connection would look the name up again, and go to an address that nobody checked. */
async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [normal(host)];
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => normal(address));
}

/** IPv4 addresses within IPv6 ones (mapped, compatible, or behind NAT64) in their usual notation. */
function normal(address: string): string {
  const hex = /^(?:::ffff:|::|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address);
  if (hex === null) return address;
  const [high, low] = [Number.parseInt(hex[1] ?? "0", 16), Number.parseInt(hex[2] ?? "0", 16)];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");
}
