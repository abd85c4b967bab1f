import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../../shared/errors.ts";
import { SandboxError } from "../sandbox-error.ts";
import { SEARCH_TIME_LIMIT_MS, SKIPPED, UNREADABLE_LIMIT } from "../search-limits.ts";
import type { Held, Root } from "./root.ts";

/** Entries that are looked at together: files of up to 10 MiB each. */
const AT_ONCE = 4;

export interface WalkOptions {
  /** Ends the walk with its reason. */
  readonly signal: AbortSignal;
  /** Whether directories are looked into that hold nothing an agent looks for. */
  readonly wantsSkipped?: boolean;
  /** Levels below the start; absent: all of them. */
  readonly depth?: number;
  readonly limitMs?: number;
}

/** Something below where a walk began. */
export interface Step {
  /** Absolute. */
  readonly path: string;
  /** Relative to where the walk began. */
  readonly name: string;
  /** Not a link to one. */
  readonly isFile: boolean;
  /** The directory that it is in, held until the next ones. */
  readonly directory: Held;
  /** Its name in the directory. */
  readonly entry: string;
}

/**
 * Everything below a directory, links not followed. What cannot be read is left out and remembered; what goes away
 * meanwhile is left out. Ends when its time is over, whatever it finds until then.
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

  /** Whether the time was over before everything was seen. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Paths that could not be read, so many at most. */
  get unreadable(): readonly string[] {
    return this.#unreadable;
  }

  /** Notes what could not be read. What is not there any more, or leads out now, is nothing to tell. */
  failed(path: string, error: unknown): void {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP" || error instanceof SandboxError) return;
    if (this.#unreadable.length < UNREADABLE_LIMIT) this.#unreadable.push(path);
  }

  /** What is there, some entries of one directory at a time: they may be looked at together. */
  async *steps(): AsyncGenerator<readonly Step[]> {
    const { depth = Number.POSITIVE_INFINITY, wantsSkipped = false } = this.#options;
    const waiting = [{ name: "", level: 1 }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (this.#isOver()) return;
      const { name: above, level } = next;
      await using directory = await this.#held(above === "" ? this.#start : join(this.#start, above));
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

  /** @returns `undefined` where it has gone, or has become a link meanwhile */
  async #held(path: string): Promise<Held | undefined> {
    let held: Held;
    try {
      held = await this.#root.hold(path);
    } catch (error) {
      return this.#failed(path, error);
    }
    if (held.real === path) return held;
    await held[Symbol.asyncDispose]();
    return undefined;
  }

  async #entries({ at, real }: Held): Promise<Dirent[]> {
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
