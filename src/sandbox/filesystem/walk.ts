import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "../../shared/errors.ts";
import { SandboxError } from "../sandbox-error.ts";
import { SEARCH_TIME_LIMIT_MS, SKIPPED, UNREADABLE_LIMIT } from "../search-limits.ts";

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
}

/**
 * Everything below a directory, links not followed. What cannot be read is left out and remembered; what goes away
 * meanwhile is left out. Ends when its time is over, whatever it finds until then.
 */
export class Walk {
  readonly #start: string;
  readonly #options: WalkOptions;
  readonly #end: number;
  readonly #unreadable: string[] = [];
  #isLate = false;

  constructor(start: string, options: WalkOptions) {
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

  /** Notes what could not be read. What is not there any more is nothing to tell. */
  failed(path: string, error: unknown): void {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return;
    if (this.#unreadable.length < UNREADABLE_LIMIT) this.#unreadable.push(path);
  }

  async *steps(): AsyncGenerator<Step> {
    const { depth = Number.POSITIVE_INFINITY, wantsSkipped = false } = this.#options;
    const waiting = [{ name: "", level: 1 }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (this.#isOver()) return;
      const { name: above, level } = next;
      for (const entry of await this.#entries(above === "" ? this.#start : join(this.#start, above))) {
        if (this.#isOver()) return;
        const name = above === "" ? entry.name : `${above}/${entry.name}`;
        yield { path: join(this.#start, name), name, isFile: entry.isFile() };
        if (entry.isDirectory() && level < depth && (wantsSkipped || !SKIPPED.includes(entry.name)))
          waiting.push({ name, level: level + 1 });
      }
    }
  }

  async #entries(directory: string) {
    return await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
      if (directory === this.#start) throw new SandboxError("denied", `'${directory}': permission denied.`, error);
      this.failed(directory, error);
      return [];
    });
  }

  #isOver(): boolean {
    this.#options.signal.throwIfAborted();
    this.#isLate ||= Date.now() > this.#end;
    return this.#isLate;
  }
}
