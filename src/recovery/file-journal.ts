import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { lockFile } from "../shared/file-lock.ts";
import { sha256 } from "../shared/sha256.ts";
import { type Journal, type JournalEntry, parseEntry } from "./journal.ts";

const LOCK = "lock";
const SUFFIX = ".json";
/** Prefix of the name of a subdirectory that is not locked yet. */
const HIDDEN = ".";

/**
 * A journal in a directory. Each runner has a subdirectory with a file for each execution, and a lock on it that ends with
 * the process. Runners that share the directory find what others have abandoned.
 */
export class FileJournal implements Journal {
  readonly #directory: string;
  readonly #own: string;
  readonly #log: Logger;
  /** Ends the lock on the own subdirectory; absent until something is written there. */
  #locked: Promise<() => void> | undefined;

  /** @param directory created if missing */
  constructor(directory: string, log: Logger) {
    this.#directory = directory;
    this.#own = join(directory, crypto.randomUUID());
    this.#log = log;
  }

  async begin(entry: JournalEntry): Promise<void> {
    await this.#try(() => this.#write(entry));
  }

  async end(executionId: string): Promise<void> {
    await this.#try(() => rm(join(this.#own, nameOf(executionId)), { force: true }));
  }

  async takeAbandoned(): Promise<readonly JournalEntry[]> {
    const taken: JournalEntry[] = [];
    for (const name of await readdir(this.#directory).catch(() => [])) {
      const directory = join(this.#directory, name);
      if (directory === this.#own || name.startsWith(HIDDEN)) continue;
      // A damaged subdirectory must not prevent reading the others.
      await this.#try(async () => {
        taken.push(...(await this.#take(directory)));
      });
    }
    return taken;
  }

  /** Nothing to do: the locks are certain, so no taken execution has a running runner. */
  async giveBack(): Promise<void> {}

  async close(): Promise<void> {
    await this.#try(async () => (await this.#locked)?.());
    this.#locked = undefined;
    await this.#try(async () => {
      // If files are left, the next runner takes them.
      const left = await readdir(this.#own).catch(() => []);
      if (!left.some((file) => file.endsWith(SUFFIX))) await rm(this.#own, { recursive: true, force: true });
    });
  }

  /** @throws the system's error; entries that were not taken are kept */
  async #take(directory: string): Promise<readonly JournalEntry[]> {
    const release = holdIfAbandoned(directory);
    if (release === undefined) return [];
    try {
      const entries = await readEntries(directory);
      // Written as this runner's entry before the other's is removed: a crash in between loses nothing.
      for (const entry of entries) await this.#write(entry);
      await rm(directory, { recursive: true, force: true });
      return entries;
    } finally {
      release();
    }
  }

  async #write(entry: JournalEntry): Promise<void> {
    // Only once, even if many executions begin at the same time: a second lock would fail, and replace the first one.
    this.#locked ??= createLocked(this.#own).catch((error: unknown) => {
      this.#locked = undefined;
      throw error;
    });
    await this.#locked;
    await writeEntry(this.#own, entry);
  }

  async #try(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) =>
      this.#log.debug(`The journal in ${this.#directory} cannot be used: ${messageOf(error)}`),
    );
  }
}

/**
 * Creates a subdirectory that is locked from the moment in which other runners can see it.
 * @returns the function that unlocks it
 */
async function createLocked(directory: string): Promise<() => void> {
  const hidden = join(dirname(directory), `${HIDDEN}${basename(directory)}`);
  await mkdir(hidden, { recursive: true, mode: 0o700 });
  const release = lockFile(join(hidden, LOCK));
  if (release === undefined) throw new Error(`${hidden} is locked by another process`);
  try {
    await rename(hidden, directory);
    return release;
  } catch (error) {
    release();
    throw error;
  }
}

/** @returns the function that unlocks the directory, if its runner has ended; otherwise `undefined` */
function holdIfAbandoned(directory: string): (() => void) | undefined {
  try {
    return lockFile(join(directory, LOCK));
  } catch {
    // Not a runner's directory, or deleted meanwhile.
    return undefined;
  }
}

async function writeEntry(directory: string, entry: JournalEntry): Promise<void> {
  const file = join(directory, nameOf(entry.executionId));
  // Atomic, even if the process is killed.
  await writeFile(`${file}.new`, JSON.stringify(entry), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function readEntries(directory: string): Promise<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for (const file of await readdir(directory)) {
    if (!file.endsWith(SUFFIX)) continue;
    const entry = parseEntry(await readFile(join(directory, file), "utf8"));
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/** Execution ids may contain any characters. */
function nameOf(executionId: string): string {
  return `${sha256(executionId)}${SUFFIX}`;
}
