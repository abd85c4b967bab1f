import { sleep } from "../shared/time.ts";
import { type ControlGroup, createControlGroup } from "./control-groups.ts";
import { endProcesses } from "./end-processes.ts";
import { memoryKills, raiseScore } from "./memory-shortage.ts";
import { isLeft, watchProcesses } from "./orphans.ts";
import { allProcesses, type ProcessInfo, readProcess, send } from "./process-table.ts";
import { isTracked, newTrackingId, PROCESS_TRACKING_ID } from "./tracking-id.ts";
import { strayKey, watchdog } from "./watchdog.ts";

/** How often a control group is tried to be removed, and how long to wait in between: the kernel takes a moment. */
const REMOVALS = { attempts: 10, pauseMs: 20 };

const all = new Set<ProcessTree>();
// The last resort, where this process ends without having stopped them: they are in sessions of their own.
process.once("exit", () => {
  for (const processes of all) processes.killNow();
});

/** What the kernel has done about memory so far. */
export interface MemoryKills {
  readonly count: number;
  /** Whether only processes of this execution are counted, in which case they had a limit of their own. */
  readonly isExact: boolean;
}

export interface ProcessTreeOptions {
  /** Bytes that all of them may use together, where the system keeps such limits; absent: no limit. */
  readonly memoryLimit?: number | undefined;
  /** Makes their control group; for tests of what is done without one. */
  readonly createGroup?: () => ControlGroup | undefined;
}

/**
 * All processes that the commands of one execution have started. They are known by the session of the command's shell, by
 * a variable of their environment, by their ancestors, by their control group, and, where all of that is hidden or lost,
 * as orphans that no other execution can have started.
 */
export class ProcessTree {
  /** The value of the variable by which they are found. */
  readonly trackingId: string = newTrackingId();
  readonly #memoryLimit: number | undefined;
  readonly #createGroup: () => ControlGroup | undefined;
  /** The shells of commands, which lead sessions and process groups. */
  readonly #sessions = new Set<number>();
  /** What was seen to descend from a command and has left its session, by number. */
  readonly #strays = new Map<number, ProcessInfo>();
  /** When the first command was started, in the system's ticks. */
  #began = Number.POSITIVE_INFINITY;
  #unwatch: (() => void) | undefined;
  #group: ControlGroup | undefined;
  #isLimited = false;

  constructor({ memoryLimit, createGroup = createControlGroup }: ProcessTreeOptions = {}) {
    this.#memoryLimit = memoryLimit;
    this.#createGroup = createGroup;
  }

  /** Whether there was a command. */
  get hasStarted(): boolean {
    return all.has(this);
  }

  /** Bytes that the system lets them use together; `undefined` where it keeps no limit. */
  get memoryLimit(): number | undefined {
    return this.#isLimited ? this.#memoryLimit : undefined;
  }

  /** To be called before each command. @returns what its shell does first, on one line; its failure means nothing */
  prepare(): string {
    if (!all.has(this)) this.#begin();
    const steps = [raiseScore(), this.#group && `echo 0 >'${this.#group.processesFile}'`].filter(Boolean);
    return steps.length === 0 ? ":" : `{ ${steps.join("; ")}; } 2>/dev/null || :`;
  }

  memoryKills(): MemoryKills {
    if (this.#group !== undefined && this.#isLimited) return { count: this.#group.memoryKills(), isExact: true };
    return { count: memoryKills(), isExact: false };
  }

  /** Takes a command's shell. */
  add(shell: number): void {
    this.#sessions.add(shell);
    this.#began = Math.min(this.#began, readProcess(shell)?.started ?? Number.POSITIVE_INFINITY);
    watchdog.addSession(shell);
  }

  /** Stops one command with all of its session: SIGTERM, then SIGKILL; returns when it is gone or was sent the latter. */
  async stop(shell: number): Promise<void> {
    // While they can still be told by their ancestors.
    this.#look(allProcesses());
    const isOfShell = ({ session, group }: ProcessInfo) => session === shell || group === shell;
    await endProcesses(() => living(allProcesses()).filter(isOfShell), [shell]);
    this.#forget(shell);
  }

  /** Stops everything. Looks for it only where there was a command. */
  async stopAll(): Promise<void> {
    if (!all.has(this)) return;
    await endProcesses(() => this.#find(allProcesses()), this.#sessions);
    all.delete(this);
    this.#unwatch?.();
    for (const session of this.#sessions) this.#forget(session);
    for (const stray of this.#strays.values()) watchdog.drop(strayKey(stray));
    await this.#removeGroup();
  }

  killNow(): void {
    for (const session of this.#sessions) send(-session, "SIGKILL");
    for (const { pid } of this.#find(allProcesses())) send(pid, "SIGKILL");
    this.#group?.remove();
  }

  #begin(): void {
    all.add(this);
    watchdog.start();
    this.#unwatch = watchProcesses((table) => this.#look(table));
    this.#group = this.#createGroup();
    if (this.#group === undefined) return;
    watchdog.addGroup(this.#group.directory);
    this.#isLimited = this.#memoryLimit !== undefined && this.#group.limitMemory(this.#memoryLimit);
  }

  /** Notes what leaves its session, and forgets what has gone: numbers are given again. */
  #look(table: readonly ProcessInfo[]): void {
    const taken = new Set(table.flatMap(({ session, group }) => [session, group]));
    for (const session of this.#sessions) if (!taken.has(session)) this.#forget(session);
    const started = new Map(table.map((one) => [one.pid, one.started]));
    for (const stray of this.#strays.values()) {
      if (started.get(stray.pid) === stray.started) continue;
      this.#strays.delete(stray.pid);
      watchdog.drop(strayKey(stray));
    }
    for (const one of withDescendants(table, (each) => this.#isOwn(each) || this.#isOrphan(each))) {
      if (this.#sessions.has(one.session) || this.#strays.has(one.pid)) continue;
      this.#strays.set(one.pid, one);
      watchdog.addStray(strayKey(one));
    }
  }

  #find(table: readonly ProcessInfo[]): ProcessInfo[] {
    const members = new Set(this.#group?.members());
    const isFound = (one: ProcessInfo) =>
      members.has(one.pid) || this.#isOwn(one) || isTracked(one.pid, this.trackingId) === true || this.#isOrphan(one);
    return withDescendants(table, isFound);
  }

  #isOwn({ pid, session, group, started }: ProcessInfo): boolean {
    return this.#sessions.has(session) || this.#sessions.has(group) || this.#strays.get(pid)?.started === started;
  }

  /** Whether a command left it to this process, nothing tells of which one, and no other execution can have started it. */
  #isOrphan(one: ProcessInfo): boolean {
    if (one.started < this.#began || !isLeft(one)) return false;
    const isKnown = isTracked(one.pid, PROCESS_TRACKING_ID);
    // To the first process of a system others leave their children too: then only what hides is taken for a command's.
    if (isKnown === true || (isKnown === false && process.pid === 1)) return false;
    return ![...all].some((other) => other.#isOwn(one) || (other !== this && other.#began <= one.started));
  }

  #forget(session: number): void {
    this.#sessions.delete(session);
    watchdog.drop(session);
  }

  async #removeGroup(): Promise<void> {
    if (this.#group === undefined) return;
    for (let attempt = 0; attempt < REMOVALS.attempts && !this.#group.remove(); attempt++)
      await sleep(REMOVALS.pauseMs);
    watchdog.drop(this.#group.directory);
  }
}

function living(table: readonly ProcessInfo[]): ProcessInfo[] {
  return table.filter(({ isZombie }) => !isZombie);
}

/** Those that fit, and all that descends from them; without ended ones and this process. */
function withDescendants(table: readonly ProcessInfo[], fits: (one: ProcessInfo) => boolean): ProcessInfo[] {
  const others = living(table).filter(({ pid }) => pid !== process.pid);
  const children = Map.groupBy(others, ({ parent }) => parent);
  const found = new Set(others.filter(fits));
  for (const one of found) for (const child of children.get(one.pid) ?? []) found.add(child);
  return [...found];
}
