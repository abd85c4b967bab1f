/** A host and a port. */
export interface NetAddress {
  /** A name or an address, an IPv6 one without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Splits `host:port` or `[::1]:port`; the port is everything after the last colon. */
export function splitAddress(address: string): NetAddress {
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(address.slice(colon + 1)) };
}

/** Any address in 127.0.0.0/8. Not `node:net`: light commands read this file, and it takes 10 ms to load. */
const LOOPBACK_IPV4 = /^127(\.(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)){3}$/;

/** Whether a host name or an IP address (IPv6 with or without brackets) is a loopback address. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  return name === "::1" || LOOPBACK_IPV4.test(name);
}

/** The host of a URL that leads to a server which listens there: one that listens on all addresses is asked on loopback. */
export function connectableHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::" || host === "[::]") return "[::1]";
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
