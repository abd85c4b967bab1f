import type { Database } from "bun:sqlite";

/** How often the file is checked for changes by other processes while somebody waits. */
const POLL_MS = 20;

/**
 * Waiters of this process for changes of a SQLite file. SQLite tells cheaply whether another connection has changed the
 * file. For its own changes the process calls {@link wake}.
 */
export class Waiters {
  readonly #database: Database;
  readonly #waiting = new Map<string, Set<() => void>>();
  #poll: ReturnType<typeof setInterval> | undefined;
  #version: number | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @returns the function that removes the waiter */
  add(name: string, wake: () => void): () => void {
    const wakes = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, wakes.add(wake));
    this.#version ??= this.#dataVersion();
    this.#poll ??= setInterval(() => this.#look(), POLL_MS);
    return () => {
      wakes.delete(wake);
      if (wakes.size === 0 && this.#waiting.get(name) === wakes) this.#waiting.delete(name);
      if (this.#waiting.size === 0) this.stop();
    };
  }

  wake(name: string): void {
    for (const wake of this.#waiting.get(name) ?? []) wake();
  }

  stop(): void {
    clearInterval(this.#poll);
    this.#poll = undefined;
    this.#version = undefined;
  }

  #look(): void {
    const version = this.#dataVersion();
    if (version === this.#version) return;
    this.#version = version;
    for (const name of this.#waiting.keys()) this.wake(name);
  }

  #dataVersion(): number | undefined {
    try {
      return this.#database.query<{ data_version: number }, []>("PRAGMA data_version").get()?.data_version;
    } catch {
      // Waiters poll too and report the error.
      return undefined;
    }
  }
}
