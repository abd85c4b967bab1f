import { registerOwnSession } from "./orphans.ts";
import { RUNNER_TRACKING_ID } from "./tracking-id.ts";
import { asWord, WATCHDOG_SCRIPT } from "./watchdog-script.ts";

/**
 * A watchdog that lived at least this long is replaced at once when it ends; another one only when it is needed next.
 */
const MIN_LIFE_MS = 1_000;

type Child = Bun.Subprocess<"pipe", "ignore", "ignore">;
type EntryKind = "session" | "stray" | "group" | "cleanup";

/**
 * A shell that outlives this process by a moment, and then kills the processes that it was told of: also if this
 * process was killed with SIGKILL. It starts with the first process that it has to know of.
 */
export class Watchdog {
  /** The tracking ids of its processes begin with it. */
  readonly trackingPrefix: string;
  readonly #graceS: number;
  /** What it has to know, by id. */
  readonly #entries = new Map<string, EntryKind>();
  #child: Child | undefined;

  /** @param graceMs time between SIGTERM and SIGKILL; 0: only SIGKILL */
  constructor(graceMs: number) {
    this.#graceS = Math.ceil(graceMs / 1000);
    this.trackingPrefix = `${RUNNER_TRACKING_ID}.${this.#graceS}.`;
  }

  /** The process of the watchdog, while there is one. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** To be called before the first process starts, so that none is left if this process is killed in between. */
  start(): void {
    if (this.#child !== undefined) return;
    this.#child = this.#spawn();
    for (const [id, kind] of this.#entries) this.#tell(kind, id);
  }

  addSession(session: number): void {
    this.#add("session", String(session));
  }

  /** @param key of a process that has left its session, as {@link strayKey} gives it */
  addStray(key: string): void {
    this.#add("stray", key);
  }

  /** @param directory of a control group */
  addGroup(directory: string): void {
    this.#add("group", directory);
  }

  /** @returns the id with which it can be dropped */
  addCleanup(script: string): string {
    const id = asWord(script);
    this.#add("cleanup", id);
    return id;
  }

  drop(id: number | string): void {
    this.#entries.delete(String(id));
    this.#tell("drop", String(id));
  }

  #add(kind: EntryKind, id: string): void {
    this.start();
    this.#entries.set(id, kind);
    this.#tell(kind, id);
  }

  /** The line is in the pipe when this returns: this process may be killed right after. */
  #tell(kind: EntryKind | "drop", id: string): void {
    try {
      this.#child?.stdin.write(`${kind} ${id}\n`);
      Promise.resolve(this.#child?.stdin.flush()).catch(() => undefined);
    } catch {
      // It has ended: the next one is told everything.
    }
  }

  #spawn(): Child | undefined {
    const startedAt = Date.now();
    try {
      const child = Bun.spawn(["/bin/sh", "-c", WATCHDOG_SCRIPT, "sh", this.trackingPrefix, String(this.#graceS)], {
        env: { PATH: "/usr/bin:/bin" },
        stdio: ["pipe", "ignore", "ignore"],
        // A session of its own: Ctrl-C in the terminal must not end it.
        detached: true,
        cwd: "/",
        onExit: (ended) => this.#lost(ended, startedAt),
      });
      registerOwnSession(child.pid);
      child.unref();
      return child;
    } catch {
      // No room for another process now: the next entry tries again.
      return undefined;
    }
  }

  #lost(child: Child, startedAt: number): void {
    if (this.#child?.pid !== child.pid) return;
    this.#child = undefined;
    // A command may have killed it: `pkill sh`.
    if (this.#entries.size > 0 && Date.now() - startedAt >= MIN_LIFE_MS) this.start();
  }
}

/** A process by its number and its start time. */
export function strayKey({ pid, started }: { readonly pid: number; readonly started: number }): string {
  return `${pid}:${started}`;
}
