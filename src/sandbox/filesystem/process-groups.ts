import { sleep } from "../../shared/time.ts";

/** How long processes have between SIGTERM and SIGKILL. */
export const TERMINATE_GRACE_MS = 3_000;
const POLL_MS = 20;

const all = new Set<ProcessGroups>();
// The last resort, where this process ends without having stopped them: they are in sessions of their own.
process.once("exit", () => {
  for (const groups of all) groups.killNow();
});

/** The process groups of commands that may still have a process: some outlive their shell. */
export class ProcessGroups {
  readonly #groups = new Set<number>();

  add(group: number): void {
    this.#groups.add(group);
    all.add(this);
  }

  /** After a command has ended: its group's number may be given to others as soon as nobody is left in it. */
  forgetEmpty(group: number): void {
    if (!signalGroup(group, 0)) this.#groups.delete(group);
    if (this.#groups.size === 0) all.delete(this);
  }

  /** Stops one group: SIGTERM, then SIGKILL; returns when it is gone or was sent the latter. */
  async stop(group: number): Promise<void> {
    if (signalGroup(group, "SIGTERM")) {
      const end = Date.now() + TERMINATE_GRACE_MS;
      while (Date.now() < end && signalGroup(group, 0)) await sleep(POLL_MS);
      signalGroup(group, "SIGKILL");
    }
    this.#groups.delete(group);
    if (this.#groups.size === 0) all.delete(this);
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#groups].map((group) => this.stop(group)));
  }

  killNow(): void {
    for (const group of this.#groups) signalGroup(group, "SIGKILL");
  }
}

/** Whether the group had a process to receive the signal; 0 only asks. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch {
    return false;
  }
}
