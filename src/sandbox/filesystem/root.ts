import { constants, existsSync } from "node:fs";
import { type FileHandle, mkdir, open, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemCode } from "../../shared/errors.ts";
import { isInside, outside } from "../paths.ts";

/** Opens a path without access to the content: devices and pipes are not touched. Linux only. */
const O_PATH = 0o10000000;
/** On macOS: refuses links anywhere in the path, not only at its end. */
const O_NOFOLLOW_ANY = process.platform === "darwin" ? 0x20000000 : 0;
/** Here, open descriptors of this process can be used as paths. */
const DESCRIPTORS = "/proc/self/fd";

const hasDescriptors = process.platform === "linux" && existsSync(DESCRIPTORS);

/** Flags with which a path without links is opened. */
export const NO_LINKS: number = constants.O_NOFOLLOW | O_NOFOLLOW_ANY;

/**
 * A file or directory that is kept open. Operations on {@link at} affect it and nothing else, even if its path was
 * renamed or replaced by a link. Below it, only one name may be appended, and a link of that name must not be followed.
 */
export class PathHandle implements AsyncDisposable {
  /** The path for system calls. */
  readonly at: string;
  /** The path for people. */
  readonly real: string;
  readonly #handle: FileHandle | undefined;

  constructor(real: string, handle?: FileHandle) {
    this.real = real;
    this.#handle = handle;
    this.at = handle === undefined ? real : `${DESCRIPTORS}/${handle.fd}`;
  }

  async stat() {
    return await (this.#handle?.stat() ?? stat(this.real));
  }

  /** Opens its content. @throws the system's error */
  async open(flags: number): Promise<FileHandle> {
    return await open(this.at, this.#handle === undefined ? flags | NO_LINKS : flags);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle?.close();
  }
}

/**
 * The directory to which file tools are confined. A command may replace a directory by a link at any moment. So a path
 * is opened first, then its location is checked, and only then it is used.
 *
 * Without `/proc` (macOS) the location is checked by path: listings and deletions do not notice a replacement right
 * after the check. Reading and writing still refuse links.
 */
export class Root {
  /** Absolute, without links. */
  readonly path: string;
  /** The same as the system shows it for descriptors. */
  readonly #shown: string;

  private constructor(path: string, shown: string) {
    this.path = path;
    this.#shown = shown;
  }

  /** @param path of an existing directory */
  static async open(path: string): Promise<Root> {
    const real = await realpath(path);
    if (!hasDescriptors) return new Root(real, real);
    const handle = await open(real, O_PATH);
    try {
      return new Root(real, await shownPath(handle));
    } finally {
      await handle.close();
    }
  }

  /**
   * Opens a path without links.
   * @param requested the path as the agent wrote it
   * @throws SandboxError `outside`; the system's error
   */
  async openPath(real: string, requested: string = real): Promise<PathHandle> {
    if (!hasDescriptors) {
      if (!isInside(this.path, await realpath(real))) throw outside(this.path, requested, "link");
      return new PathHandle(real);
    }
    const handle = await open(real, O_PATH);
    try {
      const shown = await shownPath(handle);
      if (!isInside(this.#shown, shown)) throw outside(this.path, requested, "link");
      return new PathHandle(join(this.path, shown.slice(this.#shown.length)), handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Opens a directory. Creates it, and those above it, if they do not exist. @throws as {@link openPath} */
  async openOrCreateDirectory(real: string, requested: string): Promise<PathHandle> {
    try {
      return await this.openPath(real, requested);
    } catch (error) {
      if (systemCode(error) !== "ENOENT" || real === this.path) throw error;
    }
    await using above = await this.openOrCreateDirectory(dirname(real), requested);
    await mkdir(join(above.at, basename(real))).catch((error: unknown) => {
      if (systemCode(error) !== "EEXIST") throw error;
    });
    return await openDirectoryIn(above, basename(real));
  }
}

/** Opens a directory in an open directory. @throws the system's error, also for a link */
export async function openDirectoryIn(directory: PathHandle, name: string): Promise<PathHandle> {
  const real = join(directory.real, name);
  if (!hasDescriptors) return new PathHandle(real);
  return new PathHandle(
    real,
    await open(join(directory.at, name), O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW),
  );
}

async function shownPath(handle: FileHandle): Promise<string> {
  return await readlink(`${DESCRIPTORS}/${handle.fd}`);
}
