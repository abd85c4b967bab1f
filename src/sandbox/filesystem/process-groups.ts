import { sleep } from "../../shared/time.ts";
import { keeper } from "./keeper.ts";
import { newMark, processesMarked } from "./marks.ts";

/** How long processes have between SIGTERM and SIGKILL. */
export const TERMINATE_GRACE_MS = 3_000;
const POLL_MS = 20;
/** How often what was killed may have left something behind that it started meanwhile. */
const MOST_SWEEPS = 5;

const all = new Set<ProcessGroups>();
// The last resort, where this process ends without having stopped them: they are in sessions of their own.
process.once("exit", () => {
  for (const groups of all) groups.killNow();
});

/** The process groups of commands that may still have a process: some outlive their shell. */
export class ProcessGroups {
  readonly #groups = new Set<number>();
  /** The value of the variable by which processes are found that have left their group. */
  readonly mark: string = newMark();

  add(group: number): void {
    this.#groups.add(group);
    all.add(this);
    keeper.add(group);
  }

  /** After a command has ended: its group's number may be given to others as soon as nobody is left in it. */
  forgetEmpty(group: number): void {
    if (!send(-group, 0)) this.#forget(group);
  }

  /** Stops one group: SIGTERM, then SIGKILL; returns when it is gone or was sent the latter. */
  async stop(group: number): Promise<void> {
    await terminate([-group]);
    this.#forget(group);
  }

  /** Stops all groups, and what has left them. Looks for the latter only where there was a command. */
  async stopAll(): Promise<void> {
    if (!all.has(this)) return;
    await Promise.all([...this.#groups].map((group) => this.stop(group)));
    await terminate(processesMarked(this.mark));
    for (let sweep = 0; sweep < MOST_SWEEPS && this.#killMarked(); sweep++) await sleep(POLL_MS);
    all.delete(this);
  }

  killNow(): void {
    for (const group of this.#groups) send(-group, "SIGKILL");
    this.#killMarked();
  }

  #killMarked(): boolean {
    const left = processesMarked(this.mark);
    for (const pid of left) send(pid, "SIGKILL");
    return left.length > 0;
  }

  #forget(group: number): void {
    this.#groups.delete(group);
    keeper.drop(group);
  }
}

/** @param targets processes; negative numbers are groups */
async function terminate(targets: readonly number[]): Promise<void> {
  const asked = targets.filter((target) => send(target, "SIGTERM"));
  const end = Date.now() + TERMINATE_GRACE_MS;
  while (Date.now() < end && asked.some((target) => send(target, 0))) await sleep(POLL_MS);
  for (const target of asked) send(target, "SIGKILL");
}

/** Whether there was a process to receive the signal; 0 only asks. */
function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch {
    return false;
  }
}
