import type { Client } from "@modelcontextprotocol/client";
import type { Sandbox } from "../../sandbox/index.ts";
import type { AddressPolicy } from "../../shared/address-policy.ts";
import type { CallShare } from "./connections.ts";
import type { ServerLog } from "./server-log.ts";

/** An open connection to a server. */
export interface Link {
  readonly client: Client;
  /** Why it was closed, as a sentence; `undefined` while it is open, or if that is not known. */
  readonly endReason: () => string | undefined;
  /** Closes it, and ends the session. Never throws. */
  close(): Promise<void>;
}

export interface LinkDeps {
  readonly sandbox: Sandbox;
  /** Absent: every address is allowed. */
  readonly addressPolicy?: AddressPolicy | undefined;
  /** Whether requests to a URL go through a proxy, unless its host is an exception. */
  readonly hasProxy?: ((url: URL) => boolean) | undefined;
  /** How long the server may take to connect. */
  readonly connectLimitMs: number;
  /** Of the execution. */
  readonly calls: CallShare;
  readonly log: ServerLog;
  readonly onToolsChanged: () => void;
}

/** An attempt to connect: closes what it has opened, if it does not succeed. */
export interface Attempt {
  readonly signal: AbortSignal;
  readonly limitMs: number;
  readonly opened: AsyncDisposableStack;
  /** How many of its requests wait for a free connection of the runner. */
  queued: number;
}
