import { constants } from "node:fs";
import { mkdir, open, readdir, rename, stat, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../log/index.ts";
import { messageOf, systemCode } from "../shared/errors.ts";
import { sha256 } from "../shared/sha256.ts";
import { SKILL_ZIP_LIMITS } from "../shared/skill-limits.ts";
import { CACHE_LIMIT } from "./limits.ts";

/** The names of its files; nothing else is ever deleted. Those that are still being written end with `.tmp`. */
const OWN = /^[0-9a-f]{64}\.zip(\.[0-9a-f-]{36}\.tmp)?$/;
/** A temporary file of this age belongs to a process that was killed. */
const ABANDONED_MS = 3_600_000;

/**
 * Zips on the disk, by their hash. Several processes may share the directory. What is read is checked, so that a damaged
 * file counts as missing. A directory that cannot be used only costs the time to fetch zips again.
 */
export class SkillCache {
  readonly #directory: string;
  readonly #limit: number;
  readonly #log: Logger;
  #isFailureLogged = false;

  constructor(directory: string, log: Logger, limit = CACHE_LIMIT) {
    this.#directory = directory;
    this.#limit = limit;
    this.#log = log;
  }

  /** @returns `undefined` if there is no intact one */
  async get(hash: string): Promise<Uint8Array | undefined> {
    const path = this.#path(hash);
    try {
      const bytes = await read(path);
      if (bytes !== undefined && sha256(bytes) === hash) {
        const now = new Date();
        // The least recently used ones are deleted first.
        await utimes(path, now, now).catch(() => undefined);
        return bytes;
      }
      this.#log.warn(`The cached skill ${path} is damaged: it is fetched again`);
      await unlink(path);
    } catch (error) {
      if (systemCode(error) !== "ENOENT") this.#failed(error);
    }
    return undefined;
  }

  async put(hash: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > this.#limit) return;
    const temporary = `${this.#path(hash)}.${crypto.randomUUID()}.tmp`;
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      await this.#makeRoom(bytes.length);
      const file = await open(temporary, "wx", 0o600);
      try {
        await file.writeFile(bytes);
      } finally {
        await file.close();
      }
      await rename(temporary, this.#path(hash));
    } catch (error) {
      await unlink(temporary).catch(() => undefined);
      this.#failed(error);
    }
  }

  #path(hash: string): string {
    return join(this.#directory, `${hash}.zip`);
  }

  /** Deletes abandoned files, and the least recently used ones until so many bytes fit. */
  async #makeRoom(bytes: number): Promise<void> {
    const names = (await readdir(this.#directory)).filter((name) => OWN.test(name));
    const found = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#directory, name);
        // Another process may delete it at any moment.
        const stats = await stat(path).catch(() => undefined);
        return { path, size: stats?.size ?? 0, usedAt: stats?.mtimeMs ?? 0, isTemporary: name.endsWith(".tmp") };
      }),
    );
    let total = found.reduce((sum, { size }) => sum + size, bytes);
    for (const { path, size, usedAt, isTemporary } of found.sort((a, b) => a.usedAt - b.usedAt)) {
      const isAbandoned = isTemporary && Date.now() - usedAt > ABANDONED_MS;
      if (!isAbandoned && (isTemporary || total <= this.#limit)) continue;
      await unlink(path).catch(() => undefined);
      total -= size;
    }
  }

  #failed(error: unknown): void {
    if (this.#isFailureLogged) return;
    this.#isFailureLogged = true;
    this.#log.warn(
      `Skills are not cached, but fetched for each execution: ${this.#directory} cannot be used (${messageOf(error)}). Check STIGMER_DATA_DIR.`,
    );
  }
}

/** @returns `undefined` if it is not such a file */
async function read(path: string): Promise<Uint8Array | undefined> {
  // Whoever may write the directory could leave a pipe or a link in it.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    return stats.isFile() && stats.size <= SKILL_ZIP_LIMITS.packedBytes ? await file.readFile() : undefined;
  } finally {
    await file.close();
  }
}
