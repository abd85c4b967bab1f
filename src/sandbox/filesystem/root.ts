import { constants, existsSync } from "node:fs";
import { type FileHandle, mkdir, open, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemCode } from "../../shared/errors.ts";
import { isInside, outside } from "../paths.ts";

/** Opens a name without what it stands for: nothing is read, and no device or pipe is touched. Linux only. */
const O_PATH = 0o10000000;
/** Of macOS: refuses links anywhere on the way, not only at its end. */
const O_NOFOLLOW_ANY = process.platform === "darwin" ? 0x20000000 : 0;
/** Where the system shows what this process has open, and lets it be used by a path. */
const DESCRIPTORS = "/proc/self/fd";

const canHold = process.platform === "linux" && existsSync(DESCRIPTORS);

/** Flags with which a path without links is opened. */
export const NO_LINKS: number = constants.O_NOFOLLOW | O_NOFOLLOW_ANY;

/**
 * A file or directory that is held open. Whatever becomes of the names that led to it: what is done by {@link at} is done
 * to it and nothing else, as long as the last name behind it is not followed.
 */
export class Held implements AsyncDisposable {
  /** A path for system calls. */
  readonly at: string;
  /** Where it is. */
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

  /** Opens it for reading or writing. @throws the system's error */
  async open(flags: number): Promise<FileHandle> {
    return await open(this.at, this.#handle === undefined ? flags | NO_LINKS : flags);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle?.close();
  }
}

/**
 * The directory to which file tools are confined. A command may swap a directory for a link at any moment: so what is
 * found by a path is held first, then it is asked where it is, and only then it is used.
 *
 * Where the system has no `/proc` (macOS), the place is asked for by name, and a swap right after that is not noticed for
 * listings and deletions; reading and writing still refuse links.
 */
export class Root {
  /** Absolute, without links. */
  readonly path: string;
  /** As the system shows it for what is open. */
  readonly #shown: string;

  private constructor(path: string, shown: string) {
    this.path = path;
    this.#shown = shown;
  }

  /** @param path of a directory that is there */
  static async open(path: string): Promise<Root> {
    const real = await realpath(path);
    if (!canHold) return new Root(real, real);
    const handle = await open(real, O_PATH);
    try {
      return new Root(real, await shownPath(handle));
    } finally {
      await handle.close();
    }
  }

  /**
   * Holds what a path without links leads to now.
   * @param asked the path as the agent named it
   * @throws SandboxError `outside` where it leads out; the system's error
   */
  async hold(real: string, asked: string = real): Promise<Held> {
    if (!canHold) {
      if (!isInside(this.path, await realpath(real))) throw outside(this.path, asked, "link");
      return new Held(real);
    }
    const handle = await open(real, O_PATH);
    try {
      const shown = await shownPath(handle);
      if (!isInside(this.#shown, shown)) throw outside(this.path, asked, "link");
      return new Held(join(this.path, shown.slice(this.#shown.length)), handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Holds a directory, and makes it and those above it where they are missing. @throws as {@link hold} */
  async holdMade(real: string, asked: string): Promise<Held> {
    try {
      return await this.hold(real, asked);
    } catch (error) {
      if (systemCode(error) !== "ENOENT" || real === this.path) throw error;
    }
    await using above = await this.holdMade(dirname(real), asked);
    await mkdir(join(above.at, basename(real))).catch((error: unknown) => {
      if (systemCode(error) !== "EEXIST") throw error;
    });
    return await below(above, basename(real));
  }
}

/** Holds a directory in one that is held. @throws the system's error, also where it is a link */
export async function below(directory: Held, name: string): Promise<Held> {
  const real = join(directory.real, name);
  if (!canHold) return new Held(real);
  return new Held(real, await open(join(directory.at, name), O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW));
}

async function shownPath(handle: FileHandle): Promise<string> {
  return await readlink(`${DESCRIPTORS}/${handle.fd}`);
}
