import { existsSync, type FSWatcher, readlinkSync, watch } from "node:fs";
import { basename, dirname, isAbsolute, resolve, sep } from "node:path";
import { messageOf } from "../../../shared/errors.ts";
import { sleep } from "../../../shared/time.ts";
import { Waker } from "../../../shared/waker.ts";
import type { Sources } from "../load.ts";
import { isLeftOut } from "../skill-files.ts";

/** Editors write in several steps: a change counts when nothing has happened for this long. */
const QUIET_MS = 150;
/** A change that goes on counts after this time. */
const MAX_UNQUIET_MS = 2_000;
/** How often files are read that the system cannot watch. */
const POLL_MS = 5_000;
/** The longest time that a timer takes: files are read again then, too. */
const LONG_MS = 2 ** 31 - 1;

/** As many as systems follow. */
const MAX_LINKS = 40;

/** Notices changes of files, and of all files below folders: also if they are replaced, or deleted and created again. */
export class SourceWatch implements Disposable {
  readonly #warn: (text: string) => void;
  readonly #waker = new Waker();
  #watchers: FSWatcher[] = [];
  #changes = 0;
  #isPolling = false;

  /** @param warn is told if the system cannot watch something */
  constructor(warn: (text: string) => void) {
    this.#warn = warn;
  }

  /** Watches these instead of the ones before. What is created again must be watched again. */
  set({ files, folders }: Sources): void {
    const before = this.#watchers;
    this.#watchers = [];
    // A folder is watched from above, too, since it may be replaced.
    for (const path of new Set([...files, ...folders].flatMap(entriesOf))) this.#watchEntry(path);
    for (const folder of new Set(folders)) if (existsSync(folder)) this.#watchTree(folder);
    for (const watcher of before) watcher.close();
  }

  /**
   * Waits for the next change since the last call, and until it has settled. Resolves when the signal aborts, too.
   * @param limitMs the longest time to wait for a change
   */
  async next(signal: AbortSignal, limitMs = LONG_MS): Promise<void> {
    await this.#waker.wait(Math.min(this.#isPolling ? POLL_MS : LONG_MS, limitMs), signal);
    const end = Date.now() + MAX_UNQUIET_MS;
    for (let seen = -1; seen !== this.#changes && Date.now() < end && !signal.aborted; ) {
      seen = this.#changes;
      await sleep(QUIET_MS, signal);
    }
  }

  [Symbol.dispose](): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  /** Watches the folder of a path, or the first one above it that exists. */
  #watchEntry(path: string): void {
    let [folder, name] = [dirname(path), basename(path)];
    while (!existsSync(folder) && dirname(folder) !== folder) [folder, name] = [dirname(folder), basename(folder)];
    this.#watch(folder, false, (changed) => changed === name);
  }

  #watchTree(folder: string): void {
    this.#watch(folder, true, (changed) => !changed.split("/").some(isLeftOut));
  }

  #watch(folder: string, recursive: boolean, matters: (changed: string) => boolean): void {
    try {
      const watcher = watch(folder, { recursive }, (_, changed) => {
        // The name may be missing, for instance when the folder itself is deleted.
        if (typeof changed !== "string" || matters(changed)) this.#notice();
      });
      watcher.on("error", (error) => this.#poll(folder, error));
      this.#watchers.push(watcher);
    } catch (error) {
      this.#poll(folder, error);
    }
  }

  #notice(): void {
    this.#changes++;
    this.#waker.wake();
  }

  #poll(folder: string, error: unknown): void {
    if (!this.#isPolling)
      this.#warn(
        `${folder} cannot be watched (${messageOf(error)}): the files are read every ${POLL_MS / 1000} s instead`,
      );
    this.#isPolling = true;
    this.#waker.wake();
  }
}

/**
 * A path, the links anywhere in it, and what it leads to: editors change the file behind a link, and deployments replace
 * the link to a folder.
 */
function entriesOf(path: string): string[] {
  const entries = new Set([path]);
  const rest = path.split(sep);
  let current: string = sep;
  for (let links = 0; rest.length > 0; ) {
    const next = resolve(current, rest.shift() ?? "");
    const target = targetOf(next);
    if (target === undefined) current = next;
    else {
      entries.add(next);
      if (++links > MAX_LINKS) break;
      if (isAbsolute(target)) current = sep;
      rest.unshift(...target.split(sep));
    }
  }
  return [...entries.add(current)];
}

/** Where a link leads; undefined if it is none, or does not exist. */
function targetOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
