import { freeBytes, LOW_FREE_BYTES } from "../shared/directory-check.ts";
import { humanSize } from "../shared/human-size.ts";
import type { EmbeddedBridge } from "./embedded.ts";

/**
 * Makes sure that a disk has room for the bridge and for what else is written there: the databases in the data directory
 * must not fail because of it.
 * @throws Error whose message continues "<directory>: …"
 */
export async function requireSpace(directory: string, { size }: EmbeddedBridge): Promise<void> {
  const free = await freeBytes(directory);
  if (free === undefined || free >= size + LOW_FREE_BYTES) return;
  throw new Error(`only ${humanSize(free)} are free there, ${humanSize(size + LOW_FREE_BYTES)} are needed`);
}
