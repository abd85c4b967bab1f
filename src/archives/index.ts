/**
 * @module Reads zips of unknown origin within limits, from memory. The daemon looks into uploaded skills with it.
 * It refuses an archive before it inflates anything, and an entry that is larger than declared while it inflates it.
 * It never writes a file.
 *
 * ```ts
 * const archive = await openZip(bytes, { packedBytes: 1e6, unpackedBytes: 1e7, ratio: 100, entries: 1_000 });
 * for (const entry of archive.entries) if (!entry.isDirectory) await write(entry.name, await archive.read(entry));
 * ```
 */
export { ArchiveError } from "./archive-error.ts";
/** @public for unpacking archives */
export { inspectZip, openZip } from "./open-zip.ts";
