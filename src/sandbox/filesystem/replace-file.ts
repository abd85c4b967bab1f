import { constants, type Stats } from "node:fs";
import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../../shared/errors.ts";
import { SandboxError } from "../sandbox-error.ts";
import { NO_LINKS, type PathHandle } from "./root.ts";

/** The part of a file's mode that is not its type. */
const PERMISSIONS = 0o7777;
const WRITE = constants.O_WRONLY | constants.O_NONBLOCK | NO_LINKS;
const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_LINKS;

/** The directory takes no new file, or this one cannot be replaced, such as one that is mounted by itself. */
const NOT_REPLACEABLE: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EBUSY", "EXDEV", "ENAMETOOLONG"]);

/**
 * Writes a file. One that is there keeps its content until the new one is complete: neither a full disk nor the end of
 * this process empties it. It is only written in place if it cannot be replaced, or has further names.
 * @param shown the path as the agent wrote it
 * @throws the system's error; SandboxError if it is no regular file
 */
export async function replaceFile(
  directory: PathHandle,
  name: string,
  content: Uint8Array | string,
  shown: string,
): Promise<void> {
  const at = join(directory.at, name);
  const found = await writable(at, shown);
  if (found === undefined) {
    try {
      return await create(at, content, 0o666);
    } catch (error) {
      // Somebody else has created it meanwhile.
      if (systemCode(error) !== "EEXIST") throw error;
      return await replaceFile(directory, name, content, shown);
    }
  }
  if (found.nlink === 1) {
    const next = join(directory.at, `.agent-runner-${crypto.randomUUID()}`);
    try {
      return await create(next, content, 0o600, async (file) => {
        // By its descriptor: a command may put a link into the place of the name.
        if (found.uid !== process.geteuid?.() || found.gid !== process.getegid?.())
          await file.chown(found.uid, found.gid);
        await file.chmod(found.mode & PERMISSIONS);
        await rename(next, at);
      });
    } catch (error) {
      if (!NOT_REPLACEABLE.has(systemCode(error) ?? "")) throw error;
    }
  }
  await using file = await open(at, WRITE);
  await checkRegular(file, shown);
  await file.truncate();
  await file.writeFile(content);
}

/** What is known of a file that may be written; `undefined` if there is none. */
async function writable(at: string, shown: string): Promise<Stats | undefined> {
  try {
    await using file = await open(at, WRITE);
    return await checkRegular(file, shown);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** @throws SandboxError for a named pipe with a reader, or a device */
async function checkRegular(file: FileHandle, shown: string): Promise<Stats> {
  const found = await file.stat();
  if (!found.isFile()) throw new SandboxError("not-a-file", `'${shown}' is not a regular file.`);
  return found;
}

/** Creates a file. Nothing is left of it if that fails. @param finish what to do with it, once it is complete */
async function create(
  at: string,
  content: Uint8Array | string,
  mode: number,
  finish?: (file: FileHandle) => Promise<void>,
): Promise<void> {
  await using file = await open(at, CREATE, mode);
  try {
    await file.writeFile(content);
    await finish?.(file);
  } catch (error) {
    await unlink(at).catch(() => undefined);
    throw error;
  }
}
