import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { waitAtMost } from "../shared/time.ts";
import { registerOwnSession } from "./orphans.ts";
import { send } from "./process-table.ts";
import { type StartOptions, spawnTracked } from "./spawn-tracked.ts";
import { newTrackingId } from "./tracking-id.ts";
import { Watchdog } from "./watchdog.ts";

export interface OwnProcessOptions extends StartOptions {
  /** Time between SIGTERM and SIGKILL. */
  readonly graceMs: number;
}

/** By the time that their processes have to end. */
const watchdogs = new Map<number, Watchdog>();

/**
 * A program that this process needs for itself, such as the Temporal server of `dev`. It runs in a session of its own,
 * so that Ctrl-C in the terminal does not reach it. It ends when it is told to, or soon after this process, even if
 * that was killed: its leader gets SIGTERM, and everything that is left after the grace gets SIGKILL.
 */
export class OwnProcess {
  readonly #child: ChildProcess;
  readonly #graceMs: number;
  #isRunning = true;
  #isStopped = false;
  /** Resolves when it has ended, or could not be started. */
  readonly exited: Promise<void>;

  /** @throws the system's error if it cannot be started; for some errors {@link exited} resolves instead */
  constructor(program: string, args: readonly string[], options: OwnProcessOptions) {
    this.#graceMs = options.graceMs;
    const watchdog = watchdogFor(options.graceMs);
    watchdog.start();
    this.#child = spawnTracked(program, args, options, newTrackingId(watchdog.trackingPrefix));
    const { pid } = this.#child;
    registerOwnSession(pid);
    if (pid !== undefined) watchdog.addSession(pid);
    const ended = () => {
      this.#isRunning = false;
      if (pid === undefined) return;
      // At once, while no other process can have the number.
      send(-pid, "SIGKILL");
      watchdog.drop(pid);
    };
    this.exited = once(this.#child, "exit").then(ended, ended);
  }

  /** The leader of its session; `undefined` if it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** The signal that killed it, unless it was stopped: another process or the kernel sent it. */
  get killedBy(): NodeJS.Signals | undefined {
    return this.#isStopped ? undefined : (this.#child.signalCode ?? undefined);
  }

  /** Ends it, and everything in its process group. */
  async stop(): Promise<void> {
    const { pid } = this.#child;
    if (pid === undefined || !this.isRunning) return;
    this.#isStopped = true;
    send(pid, "SIGTERM");
    await waitAtMost(this.exited, this.#graceMs);
    if (this.isRunning) send(-pid, "SIGKILL");
    await this.exited;
  }
}

function watchdogFor(graceMs: number): Watchdog {
  const watchdog = watchdogs.get(graceMs) ?? new Watchdog(graceMs);
  watchdogs.set(graceMs, watchdog);
  return watchdog;
}
