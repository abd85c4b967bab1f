import { type Client, LOG_LEVEL_META_KEY } from "@modelcontextprotocol/client";
import type { ServerLog } from "./server-log.ts";

const LEVEL = "debug";

function isWanted(client: Client, log: ServerLog): boolean {
  return log.isWritten && client.getServerCapabilities()?.logging !== undefined;
}

/** Asks a server for its whole log if that is written: without a level, servers choose what they send, or send nothing. */
export function requestLog(client: Client, log: ServerLog, timeout: number): void {
  if (!isWanted(client, log) || client.getProtocolEra() !== "legacy") return;
  // Nothing depends on the answer.
  void client
    .setLoggingLevel(LEVEL, { timeout })
    .catch((error: unknown) => log.say("The server does not take the log level", String(error)));
}

/** What a request says of the log; in the protocol of 2026, each one says it. */
export function logMeta(client: Client, log: ServerLog): { readonly _meta?: Readonly<Record<string, unknown>> } {
  return isWanted(client, log) && client.getProtocolEra() === "modern"
    ? { _meta: { [LOG_LEVEL_META_KEY]: LEVEL } }
    : {};
}
