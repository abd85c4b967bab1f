import { type Entry, fromBufferPromise } from "yauzl";
import { messageOf } from "../shared/errors.ts";
import { ArchiveError } from "./archive-error.ts";
import { entryName } from "./entry-name.ts";
import { EntryPaths } from "./entry-paths.ts";
import { checkType } from "./entry-type.ts";
import { ZipArchive, type ZipEntry } from "./zip-archive.ts";
import { checkPackedSize, type ZipLimits, ZipSum } from "./zip-limits.ts";

/** Decides whether an entry is accepted. @returns its name, empty to leave it out @throws ArchiveError */
type NameEntry = (entry: Entry) => string;

/**
 * Opens a zip that is to be unpacked. Only its directory is read; sizes are those that it declares.
 * @throws ArchiveError if it is no zip, is beyond a limit, or has an entry that must not be unpacked: one that leads out of
 * the directory, a link, a second entry for the same path, a name that is not UTF-8, …
 */
export async function openZip(bytes: Uint8Array, limits: ZipLimits): Promise<ZipArchive> {
  const paths = new EntryPaths();
  return await open(bytes, limits, (entry) => {
    const name = entryName(entry.fileNameRaw);
    checkType(entry, name);
    if (name !== "") paths.add(name, isDirectory(entry));
    return name;
  });
}

/**
 * Opens a zip to look into it. Its entries must not be unpacked by their names, which are not checked.
 * @throws ArchiveError if it is no zip or is beyond a limit
 */
export async function inspectZip(bytes: Uint8Array, limits: ZipLimits): Promise<ZipArchive> {
  return await open(bytes, limits, (entry) => new TextDecoder().decode(entry.fileNameRaw));
}

async function open(bytes: Uint8Array, limits: ZipLimits, nameEntry: NameEntry): Promise<ZipArchive> {
  checkPackedSize(bytes.length, limits);
  const sum = new ZipSum(bytes.length, limits);
  const sources = new Map<ZipEntry, Entry>();
  try {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const file = await fromBufferPromise(buffer, { lazyEntries: true, decodeStrings: false });
    for await (const entry of file.eachEntry()) {
      sum.add(entry.uncompressedSize);
      const name = nameEntry(entry);
      if (name !== "") sources.set({ name, isDirectory: isDirectory(entry), size: entry.uncompressedSize }, entry);
    }
    return new ZipArchive(file, sources);
  } catch (error) {
    if (error instanceof ArchiveError) throw error;
    throw new ArchiveError("not-a-zip", messageOf(error), { cause: error });
  }
}

function isDirectory({ fileNameRaw }: Entry): boolean {
  return fileNameRaw.at(-1) === "/".charCodeAt(0);
}
