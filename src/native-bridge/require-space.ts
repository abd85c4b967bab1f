import { freeBytes, LOW_FREE_BYTES } from "../shared/directory-check.ts";
import type { EmbeddedBridge } from "./embedded.ts";

/**
 * Makes sure that a disk has room for the bridge and for what else is written there: the databases in the data directory
 * must not fail because of it.
 * @throws Error whose message continues "<directory>: …"
 */
export async function requireSpace(directory: string, { size }: EmbeddedBridge): Promise<void> {
  const free = await freeBytes(directory);
  if (free === undefined || free >= size + LOW_FREE_BYTES) return;
  throw new Error(`only ${megabytes(free)} MB are free there, ${megabytes(size + LOW_FREE_BYTES)} MB are needed`);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
