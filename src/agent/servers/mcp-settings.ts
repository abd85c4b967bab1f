import type { AddressPolicy } from "../../shared/address-policy.ts";

/** How the MCP servers of agents are used. */
export interface McpSettings {
  /** How long a server that is a program may take until it is connected. */
  readonly connectLimitMs: number;
  /** How long a call of a server may take, unless its definition says otherwise. */
  readonly callLimitMs: number;
  /** Where servers over HTTP may be; absent: anywhere. */
  readonly addressPolicy?: AddressPolicy | undefined;
  /** Whether requests to a URL go through a proxy, unless its host is an exception. */
  readonly hasProxy?: ((url: URL) => boolean) | undefined;
}
