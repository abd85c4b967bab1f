import { constants } from "node:fs";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { messageOf, systemCode } from "../../shared/errors.ts";
import { type DirectoryEntry, FILE_SIZE_LIMIT, type Found, LISTING_LIMIT, OWN_DIRECTORY } from "../sandbox.ts";
import { SandboxError } from "../sandbox-error.ts";

/** A real path, and the one the agent named, for messages. */
export interface Named {
  readonly real: string;
  readonly asked: string;
}

export async function readBytes({ real, asked }: Named): Promise<Uint8Array> {
  return await explained(asked, async () => {
    // Without blocking: opening a named pipe would wait for a writer.
    const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      if (!found.isFile())
        throw new SandboxError(
          "not-a-file",
          `'${asked}' is ${found.isDirectory() ? "a directory" : "not a regular file"}.`,
        );
      if (found.size > FILE_SIZE_LIMIT) {
        const size = Math.round(found.size / 1024 / 1024);
        throw new SandboxError(
          "too-large",
          `'${asked}' has ${size} MiB; files of at most ${FILE_SIZE_LIMIT / 1024 / 1024} MiB can be read whole. Look at parts of it with execute (head, tail, sed, grep).`,
        );
      }
      return await file.readFile();
    } finally {
      await file.close();
    }
  });
}

export async function writeBytes({ real, asked }: Named, content: Uint8Array | string): Promise<void> {
  await explained(asked, async () => {
    await mkdir(dirname(real), { recursive: true });
    const flags =
      constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(real, flags, 0o666);
    try {
      // A named pipe that somebody reads, or a device.
      if (!(await file.stat()).isFile()) throw new SandboxError("not-a-file", `'${asked}' is not a regular file.`);
      await file.writeFile(content);
    } finally {
      await file.close();
    }
  });
}

/** The runner's own directory is not listed: it is nothing of the agent's. */
export async function listDirectory({ real, asked }: Named): Promise<Found<DirectoryEntry>> {
  return await explained(asked, async () => {
    const names = (await readdir(real)).filter((name) => name !== OWN_DIRECTORY).sort();
    const entries = await Promise.all(names.slice(0, LISTING_LIMIT).map((name) => entryOf(join(real, name))));
    return { items: entries.filter((entry) => entry !== undefined), truncated: names.length > LISTING_LIMIT };
  });
}

export async function removePath({ real, asked }: Named): Promise<void> {
  await explained(asked, () => rm(real, { recursive: true }));
}

/** What is at a path, links followed; `undefined` for what is neither file nor directory, or has gone meanwhile. */
export async function entryOf(path: string): Promise<DirectoryEntry | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || !(found.isFile() || found.isDirectory())) return undefined;
  const isDirectory = found.isDirectory();
  return { path, isDirectory, size: isDirectory ? 0 : found.size, modifiedAt: found.mtime };
}

async function explained<T>(asked: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SandboxError) throw error;
    switch (systemCode(error)) {
      case "ENOENT":
        throw new SandboxError("not-found", `'${asked}' does not exist.`, error);
      case "ENOTDIR":
        throw new SandboxError("not-a-directory", `'${asked}' is not a directory.`, error);
      case "EISDIR":
        throw new SandboxError("not-a-file", `'${asked}' is a directory.`, error);
      case "EACCES":
      case "EPERM":
      case "EROFS":
        throw new SandboxError("denied", `'${asked}': permission denied.`, error);
      case "ENOSPC":
      case "EDQUOT":
        throw new SandboxError("unavailable", `'${asked}': there is no space left for it on the disk.`, error);
      case "ENXIO":
        throw new SandboxError("not-a-file", `'${asked}' is not a regular file.`, error);
      default:
        throw new SandboxError("unavailable", `'${asked}': ${messageOf(error)}`, error);
    }
  }
}
