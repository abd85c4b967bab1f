import { constants } from "node:fs";
import { type FileHandle, lstat, open, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type DirectoryEntry, FILE_SIZE_LIMIT, type Found, LISTING_LIMIT, OWN_DIRECTORY } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";
import { explainError } from "./explain-error.ts";
import { type Held, NO_LINKS, type Root } from "./root.ts";

/** A path without links, and the one the agent named, for messages. */
export interface Named {
  readonly real: string;
  readonly asked: string;
}

const MIB = 1024 * 1024;

export async function readBytes(root: Root, { real, asked }: Named): Promise<Uint8Array> {
  return await explainError(asked, async () => {
    await using held = await root.hold(real, asked);
    const found = await held.stat();
    if (!found.isFile()) {
      const what = found.isDirectory() ? "a directory" : "not a regular file";
      throw new SandboxError("not-a-file", `'${asked}' is ${what}.`);
    }
    const file = await held.open(constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const bytes = await readWhole(file, found.size);
      if (bytes !== undefined) return bytes;
      const size = Math.round(Math.max(found.size, FILE_SIZE_LIMIT) / MIB);
      throw new SandboxError(
        "too-large",
        `'${asked}' has ${size} MiB; files of at most ${FILE_SIZE_LIMIT / MIB} MiB can be read whole. Look at parts of it with execute (head, tail, sed, grep).`,
      );
    } finally {
      await file.close();
    }
  });
}

/** Room for what a file is longer than its size: it grows, or has none. */
const SPARE_BYTES = 65_536;

/** All of a file; `undefined` where it is too large, also where it becomes so meanwhile. */
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

/** @returns where it was written */
export async function writeBytes(root: Root, { real, asked }: Named, content: Uint8Array | string): Promise<string> {
  return await explainError(asked, async () => {
    if (real === root.path) throw new SandboxError("not-a-file", `'${asked}' is a directory.`);
    await using directory = await root.holdMade(dirname(real), asked);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NONBLOCK | NO_LINKS;
    const file = await open(join(directory.at, basename(real)), flags, 0o666);
    try {
      // A named pipe that somebody reads, or a device.
      if (!(await file.stat()).isFile()) throw new SandboxError("not-a-file", `'${asked}' is not a regular file.`);
      await file.writeFile(content);
    } finally {
      await file.close();
    }
    return join(directory.real, basename(real));
  });
}

/** The runner's own directory is not listed: it is nothing of the agent's. */
export async function listDirectory(root: Root, { real, asked }: Named): Promise<Found<DirectoryEntry>> {
  return await explainError(asked, async () => {
    await using directory = await root.hold(real, asked);
    const names = (await readdir(directory.at)).filter((name) => name !== OWN_DIRECTORY).sort();
    const entries = await Promise.all(names.slice(0, LISTING_LIMIT).map((name) => entryOf(root, directory, name)));
    return { items: entries.filter((entry) => entry !== undefined), truncated: names.length > LISTING_LIMIT };
  });
}

/**
 * What is at a name in a directory, links followed as far as they stay inside; `undefined` for what is neither file nor
 * directory, or has gone meanwhile. Of a link that leads out, only itself is told.
 */
export async function entryOf(root: Root, directory: Held, name: string): Promise<DirectoryEntry | undefined> {
  const at = join(directory.at, name);
  const path = join(directory.real, name);
  const found = await lstat(at).catch(() => undefined);
  if (found === undefined) return undefined;
  const told = found.isSymbolicLink() ? await targetOf(root, at) : found;
  if (told === "outside") return { path, isDirectory: false, size: found.size, modifiedAt: found.mtime };
  if (told === undefined || !(told.isFile() || told.isDirectory())) return undefined;
  const isDirectory = told.isDirectory();
  return { path, isDirectory, size: isDirectory ? 0 : told.size, modifiedAt: told.mtime };
}

async function targetOf(root: Root, link: string) {
  try {
    await using target = await root.hold(link);
    return await target.stat();
  } catch (error) {
    return error instanceof SandboxError ? "outside" : undefined;
  }
}
