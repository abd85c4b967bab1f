/** A place to connect to. */
export interface NetAddress {
  /** A name or an address, an IPv6 one without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Takes `host:port` or `[::1]:port` apart; the port is everything after the last colon. */
export function splitAddress(address: string): NetAddress {
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(address.slice(colon + 1)) };
}
