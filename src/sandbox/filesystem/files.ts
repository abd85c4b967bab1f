import { constants } from "node:fs";
import { type FileHandle, lstat, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { humanSize } from "../../shared/human-size.ts";
import { type DirectoryEntry, FILE_SIZE_LIMIT, LISTING_LIMIT, type Listing, OWN_DIRECTORY } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { explainError } from "./explain-error.ts";
import { replaceFile } from "./replace-file.ts";
import type { PathHandle, Root } from "./root.ts";

/** A path without links, and the path as the agent wrote it, for messages. */
export interface ResolvedPath {
  readonly real: string;
  readonly requested: string;
}

export async function readBytes(root: Root, { real, requested }: ResolvedPath): Promise<Uint8Array> {
  return await explainError(requested, async () => {
    await using handle = await root.openPath(real, requested);
    const found = await handle.stat();
    if (!found.isFile()) {
      const what = found.isDirectory() ? "a directory" : "not a regular file";
      throw new SandboxError("not-a-file", `'${requested}' is ${what}.`);
    }
    const file = await handle.open(constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const bytes = await readWhole(file, found.size);
      if (bytes !== undefined) return bytes;
      const size = Math.max(found.size, FILE_SIZE_LIMIT + 1);
      throw new SandboxError(
        "too-large",
        `'${requested}' has ${humanSize(size)}; files of at most ${humanSize(FILE_SIZE_LIMIT)} can be read whole. Look at parts of it with execute (head, tail, sed, grep).`,
      );
    } finally {
      await file.close();
    }
  });
}

/** A file may be longer than its size: it grows, or reports 0 as those in /proc. */
const SPARE_BYTES = 65_536;

/** The content of a file; `undefined` if it is too large, or becomes so while it is read. */
export async function readWhole(file: FileHandle, size: number): Promise<Buffer | undefined> {
  if (size > FILE_SIZE_LIMIT) return undefined;
  let bytes = Buffer.allocUnsafe(size === 0 ? SPARE_BYTES : size + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, null);
    length += bytesRead;
    if (length > FILE_SIZE_LIMIT) return undefined;
    if (bytesRead === 0 || (size > 0 && length === size)) return bytes.subarray(0, length);
    if (length === bytes.length) bytes = Buffer.concat([bytes, Buffer.allocUnsafe(bytes.length + SPARE_BYTES)]);
  }
}

/** @returns the absolute path of the file */
export async function writeBytes(
  root: Root,
  { real, requested }: ResolvedPath,
  content: Uint8Array | string,
): Promise<string> {
  return await explainError(requested, async () => {
    if (real === root.path) throw new SandboxError("not-a-file", `'${requested}' is a directory.`);
    await using directory = await root.openOrCreateDirectory(dirname(real), requested);
    await replaceFile(directory, basename(real), content, requested);
    return join(directory.real, basename(real));
  });
}

/** The entries of a directory, without the runner's own directory. */
export async function listDirectory(root: Root, { real, requested }: ResolvedPath): Promise<Listing<DirectoryEntry>> {
  return await explainError(requested, async () => {
    await using directory = await root.openPath(real, requested);
    const names = (await readdir(directory.at)).filter((name) => name !== OWN_DIRECTORY).sort();
    const entries = await Promise.all(names.slice(0, LISTING_LIMIT).map((name) => entryOf(root, directory, name)));
    return { items: entries.filter((entry) => entry !== undefined), truncated: names.length > LISTING_LIMIT };
  });
}

/**
 * Describes an entry of a directory. Links are followed if they stay inside the root; otherwise the link itself is
 * described.
 * @returns `undefined` if it is neither a file nor a directory, or was deleted meanwhile
 */
export async function entryOf(root: Root, directory: PathHandle, name: string): Promise<DirectoryEntry | undefined> {
  const at = join(directory.at, name);
  const path = join(directory.real, name);
  const found = await lstat(at).catch(() => undefined);
  if (found === undefined) return undefined;
  const entry = found.isSymbolicLink() ? await targetOf(root, at) : found;
  if (entry === "outside") return { path, isDirectory: false, size: found.size, modifiedAt: found.mtime };
  if (entry === undefined || !(entry.isFile() || entry.isDirectory())) return undefined;
  const isDirectory = entry.isDirectory();
  return { path, isDirectory, size: isDirectory ? 0 : entry.size, modifiedAt: entry.mtime };
}

async function targetOf(root: Root, link: string) {
  try {
    await using target = await root.openPath(link);
    return await target.stat();
  } catch (error) {
    return error instanceof SandboxError ? "outside" : undefined;
  }
}
