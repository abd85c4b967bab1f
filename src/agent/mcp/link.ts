import type { Client } from "@modelcontextprotocol/client";

/** An open connection to a server. */
export interface Link {
  readonly client: Client;
  /** Why it was closed, as a sentence; `undefined` while it is open, or if that is not known. */
  readonly endReason: () => string | undefined;
  /** Closes it, and ends the session. Never throws. */
  close(): Promise<void>;
}
