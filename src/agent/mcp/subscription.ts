import type { Client } from "@modelcontextprotocol/client";
import { sleep } from "../../shared/time.ts";

/** A server may end a subscription as often as it likes; it is made again after this time, … */
const PAUSE_MS = 1_000;
/** … and after up to this one if that fails. */
const MAX_PAUSE_MS = 60_000;

/**
 * Makes the subscription to changes of tools again if it ends before the connection does: in the protocol of 2026, servers and
 * proxies may end it at any time, and the SDK leaves it at that. Ends with the connection. Never throws.
 * @param onToolsChanged called after each interruption: nobody knows what changed in it
 */
export async function keepSubscribed(client: Client, onToolsChanged: () => void): Promise<void> {
  let subscription = client.autoOpenedSubscription;
  if (subscription === undefined) return;
  const over = new AbortController();
  client.onclose = () => over.abort();
  for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS)) {
    if (subscription !== undefined) {
      await subscription.closed;
      pauseMs = PAUSE_MS;
    }
    await sleep(pauseMs, over.signal);
    if (over.signal.aborted) return;
    subscription = await client.listen({ toolsListChanged: true }).catch(() => undefined);
    if (subscription !== undefined) onToolsChanged();
  }
}
