import { open, stat } from "node:fs/promises";

const PAGE = 4_096;
const OVERWRITTEN = 200;

/** Overwrites the beginning of each page of a SQLite file from a page on; header and first pages stay intact. */
export async function damagePages(path: string, from = 3): Promise<void> {
  const { size } = await stat(path);
  await using file = await open(path, "r+");
  for (let at = (from - 1) * PAGE; at < size; at += PAGE)
    await file.write(Buffer.alloc(OVERWRITTEN, 0x5a), 0, OVERWRITTEN, at);
}
