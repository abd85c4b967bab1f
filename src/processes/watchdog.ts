import { type ChildProcess, spawn } from "node:child_process";
import { registerOwnSession } from "./orphans.ts";
import { RUNNER_TRACKING_ID } from "./tracking-id.ts";
import { WATCHDOG_SCRIPT } from "./watchdog-script.ts";

/**
 * A watchdog that lived at least this long is replaced at once when it ends; another one only when it is needed next.
 */
const MIN_LIFE_MS = 1_000;

type EntryKind = "session" | "stray" | "group";

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
  #child: ChildProcess | undefined;

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

  drop(id: number | string): void {
    this.#entries.delete(String(id));
    this.#tell("drop", String(id));
  }

  #add(kind: EntryKind, id: string): void {
    this.start();
    this.#entries.set(id, kind);
    this.#tell(kind, id);
  }

  #tell(kind: EntryKind | "drop", id: string): void {
    this.#child?.stdin?.write(`${kind} ${id}\n`);
  }

  #spawn(): ChildProcess {
    // A session of its own: Ctrl-C in the terminal must not end it.
    const child = spawn("/bin/sh", ["-c", WATCHDOG_SCRIPT, "sh", this.trackingPrefix, String(this.#graceS)], {
      env: { PATH: "/usr/bin:/bin" },
      stdio: ["pipe", "ignore", "ignore"],
      detached: true,
      cwd: "/",
    });
    const startedAt = Date.now();
    const lost = () => {
      if (this.#child === child) this.#child = undefined;
    };
    registerOwnSession(child.pid);
    child.on("error", lost);
    child.on("exit", () => {
      lost();
      // A command may have killed it: `pkill sh`.
      if (this.#entries.size > 0 && Date.now() - startedAt >= MIN_LIFE_MS) this.start();
    });
    child.stdin?.on("error", lost);
    child.unref();
    return child;
  }
}

/** A process by its number and its start time. */
export function strayKey({ pid, started }: { readonly pid: number; readonly started: number }): string {
  return `${pid}:${started}`;
}
