import { readdir, stat, unlink, utimes } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { BRIDGE_NAME } from "./bridge-name.ts";
import { TEMPORARY_NAME } from "./write-atomically.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** A runner marks its file as used every day, so this is long enough for any that still runs. */
const MAX_UNUSED_MS = 30 * DAY_MS;
/** A file that is still being written is younger. */
const MAX_WRITING_MS = DAY_MS;

/** Marks the file as used while this process runs, and removes what no process has used for long. Never fails. */
export async function keepUsed(path: string): Promise<void> {
  setInterval(() => void markUsed(path), DAY_MS).unref();
  await markUsed(path);
  await removeUnused(path, Date.now());
}

/**
 * Removes libraries of other versions that no process has marked as used, and files that a killed process was writing. A
 * process that still has one of them loaded keeps it on a local disk; on a network file system it would crash, which is why
 * running processes mark what they use.
 */
export async function removeUnused(path: string, now: number): Promise<void> {
  const directory = dirname(path);
  for (const name of await readdir(directory).catch(() => [])) {
    const limit = limitOf(name);
    if (limit === undefined || name === basename(path)) continue;
    const other = join(directory, name);
    const found = await stat(other).catch(() => undefined);
    if (found !== undefined && now - found.mtimeMs > limit) await unlink(other).catch(() => undefined);
  }
}

async function markUsed(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

function limitOf(name: string): number | undefined {
  if (BRIDGE_NAME.test(name)) return MAX_UNUSED_MS;
  return TEMPORARY_NAME.test(name) ? MAX_WRITING_MS : undefined;
}
