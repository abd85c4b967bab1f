import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../../shared/errors.ts";
import { SandboxError } from "../sandbox-error.ts";
import { SEARCH_TIME_LIMIT_MS, SKIPPED, UNREADABLE_LIMIT } from "../search-limits.ts";
import type { PathHandle, Root } from "./root.ts";

/** How many entries are processed in parallel: files of up to 10 MiB each. */
const AT_ONCE = 4;

export interface WalkOptions {
  /** Ends the walk. */
  readonly signal: AbortSignal;
  /** Whether the directories of {@link SKIPPED} are walked too. */
  readonly wantsSkipped?: boolean;
  /** Levels below the start; absent: all of them. */
  readonly depth?: number;
  readonly limitMs?: number;
}

/** An entry below the start of a walk. */
export interface Step {
  /** Absolute. */
  readonly path: string;
  /** Relative to the start. */
  readonly name: string;
  /** `false` for a link. */
  readonly isFile: boolean;
  /** Its directory, open until the next step. */
  readonly directory: PathHandle;
  /** Its name in the directory. */
  readonly entry: string;
}

/**
 * Walks everything below a directory without following links. Unreadable entries are skipped and remembered; entries
 * that are deleted meanwhile are skipped. Stops at its time limit.
 */
export class Walk {
  readonly #root: Root;
  readonly #start: string;
  readonly #options: WalkOptions;
  readonly #end: number;
  readonly #unreadable: string[] = [];
  #isLate = false;

  /** @param start a directory, as a path without links */
  constructor(root: Root, start: string, options: WalkOptions) {
    this.#root = root;
    this.#start = start;
    this.#options = options;
    this.#end = Date.now() + (options.limitMs ?? SEARCH_TIME_LIMIT_MS);
  }

  /** Whether it stopped at the time limit. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Unreadable paths, at most {@link UNREADABLE_LIMIT}. */
  get unreadable(): readonly string[] {
    return this.#unreadable;
  }

  /** Remembers an unreadable path, unless it was deleted or replaced by a link meanwhile. */
  failed(path: string, error: unknown): void {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP" || error instanceof SandboxError) return;
    if (this.#unreadable.length < UNREADABLE_LIMIT) this.#unreadable.push(path);
  }

  /** The entries, some of one directory at a time. These may be processed in parallel. */
  async *steps(): AsyncGenerator<readonly Step[]> {
    const { depth = Number.POSITIVE_INFINITY, wantsSkipped = false } = this.#options;
    const waiting = [{ name: "", level: 1 }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (this.#isOver()) return;
      const { name: above, level } = next;
      await using directory = await this.#open(above === "" ? this.#start : join(this.#start, above));
      if (directory === undefined) continue;
      const entries = await this.#entries(directory);
      for (let first = 0; first < entries.length; first += AT_ONCE) {
        if (this.#isOver()) return;
        const steps = entries.slice(first, first + AT_ONCE).map((entry): Step & { readonly isOpen: boolean } => {
          const name = above === "" ? entry.name : `${above}/${entry.name}`;
          const isOpen = entry.isDirectory() && level < depth && (wantsSkipped || !SKIPPED.includes(entry.name));
          return { path: join(this.#start, name), name, isFile: entry.isFile(), directory, entry: entry.name, isOpen };
        });
        yield steps;
        for (const { name, isOpen } of steps) if (isOpen) waiting.push({ name, level: level + 1 });
      }
    }
  }

  /** @returns `undefined` if it was deleted or replaced by a link meanwhile */
  async #open(path: string): Promise<PathHandle | undefined> {
    let handle: PathHandle;
    try {
      handle = await this.#root.openPath(path);
    } catch (error) {
      return this.#failed(path, error);
    }
    if (handle.real === path) return handle;
    await handle[Symbol.asyncDispose]();
    return undefined;
  }

  async #entries({ at, real }: PathHandle): Promise<Dirent[]> {
    return await readdir(at, { withFileTypes: true }).catch((error: unknown) => this.#failed(real, error) ?? []);
  }

  #failed(path: string, error: unknown): undefined {
    if (path === this.#start && !(error instanceof SandboxError))
      throw new SandboxError("denied", `'${path}': permission denied.`, error);
    this.failed(path, error);
  }

  #isOver(): boolean {
    this.#options.signal.throwIfAborted();
    this.#isLate ||= Date.now() > this.#end;
    return this.#isLate;
  }
}
