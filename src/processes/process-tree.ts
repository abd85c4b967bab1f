import type { ChildProcess } from "node:child_process";
import { type ControlGroup, createControlGroup } from "./control-groups.ts";
import { endProcesses } from "./end-processes.ts";
import { memoryKills, raiseScore } from "./memory-shortage.ts";
import { isReparented, watchProcesses } from "./orphans.ts";
import { allProcesses, type ProcessInfo, readProcess, send, withDescendants, withoutEnded } from "./process-table.ts";
import { findProgram, type StartOptions, spawnTracked } from "./spawn-tracked.ts";
import { isTracked, newTrackingId, RUNNER_TRACKING_ID } from "./tracking-id.ts";
import { strayKey, Watchdog } from "./watchdog.ts";

const trees = new Set<ProcessTree>();
const watchdog = new Watchdog(0);
// The last resort if this process ends without having stopped them: they are in sessions of their own.
process.once("exit", () => {
  for (const tree of trees) tree.killNow();
});

/** How many processes the kernel has killed so far because memory ran out. */
export interface MemoryKills {
  readonly count: number;
  /** Whether only processes of this tree are counted; then the tree has a memory limit. */
  readonly isExact: boolean;
}

export interface ProcessTreeOptions {
  /** Bytes that all processes may use together, if the system supports such limits; absent: no limit. */
  readonly memoryLimit?: number | undefined;
  /** Creates their control group. Tests replace it to run without one. */
  readonly createGroup?: () => ControlGroup | undefined;
}

/**
 * The programs that one execution starts, with everything that these start in turn. Nothing of it outlives the tree,
 * nor this process, even if that is killed.
 *
 * Processes are found by their session, by a tracking id in their environment, by their ancestors and by their control
 * group. A process that hides all of these is found as an orphan that no other tree can have started.
 */
export class ProcessTree {
  /** What the environment of its processes holds. */
  readonly trackingId: string = newTrackingId(watchdog.trackingPrefix);
  readonly #memoryLimit: number | undefined;
  readonly #createGroup: () => ControlGroup | undefined;
  /** Sessions and process groups of the programs that were started, by their leaders. */
  readonly #sessions = new Set<number>();
  /** Descendants that have left their session, by number. */
  readonly #strays = new Map<number, ProcessInfo>();
  /** When the first program was started, in the system's ticks. */
  #firstStart = Number.POSITIVE_INFINITY;
  #unwatch: (() => void) | undefined;
  #group: ControlGroup | undefined;
  #isLimited = false;

  constructor({ memoryLimit, createGroup = createControlGroup }: ProcessTreeOptions = {}) {
    this.#memoryLimit = memoryLimit;
    this.#createGroup = createGroup;
  }

  /** Whether a program was started since the beginning, or since {@link stopAll}. */
  get hasStarted(): boolean {
    return trees.has(this);
  }

  /** Bytes that its processes may use together; `undefined` if the system enforces no limit. */
  get memoryLimit(): number | undefined {
    return this.#isLimited ? this.#memoryLimit : undefined;
  }

  memoryKills(): MemoryKills {
    if (this.#group !== undefined && this.#isLimited) return { count: this.#group.memoryKills(), isExact: true };
    return { count: memoryKills(), isExact: false };
  }

  /**
   * Starts a program in a session and process group of its own. If memory runs out, the kernel kills it before this
   * process.
   * @param program a path, or a name to be looked up in the `PATH` of `options.env`
   * @returns the leader of the session; it emits `error` if it could not be started
   * @throws the system's error in some of these cases, also `ENOENT` for a program that does not exist
   */
  start(program: string, args: readonly string[], options: StartOptions): ChildProcess {
    const file = findProgram(program, options);
    if (!trees.has(this)) this.#begin();
    // The shell changes itself before it becomes the program: what the program starts cannot escape in between.
    const steps = [raiseScore(), this.#group && `echo 0 >'${this.#group.processesFile}'`].filter(Boolean);
    const script = `{ ${steps.join("; ")}; } 2>/dev/null; exec "$@"`;
    const child =
      steps.length === 0
        ? spawnTracked(file, args, options, this.trackingId)
        : spawnTracked("/bin/sh", ["-c", script, "sh", file, ...args], options, this.trackingId);
    if (child.pid !== undefined) this.#add(child.pid);
    return child;
  }

  /**
   * Ends one program with its session: SIGTERM, then SIGKILL. Returns when all of it has ended, or was sent the latter.
   * @param leader the process that {@link start} returned
   */
  async stop(leader: number): Promise<void> {
    // Finds strays while their ancestors still exist.
    this.#look(allProcesses());
    const isInSession = ({ session, group }: ProcessInfo) => session === leader || group === leader;
    await endProcesses(() => withoutEnded(allProcesses()).filter(isInSession), [leader]);
    this.#forget(leader);
  }

  /**
   * Registers a shell script that removes what is no process, such as a container. It runs if this process is killed,
   * after the processes have ended.
   * @param script for `/bin/sh`, without an environment
   * @returns takes it back
   */
  addCleanup(script: string): () => void {
    const id = watchdog.addCleanup(script);
    return () => watchdog.drop(id);
  }

  /** Ends everything. Does nothing if no program was started. */
  async stopAll(): Promise<void> {
    if (!trees.has(this)) return;
    await endProcesses(() => this.#find(allProcesses()), this.#sessions);
    trees.delete(this);
    this.#unwatch?.();
    for (const session of this.#sessions) this.#forget(session);
    for (const stray of this.#strays.values()) watchdog.drop(strayKey(stray));
    if (this.#group === undefined) return;
    await this.#group.removeWhenEmpty();
    watchdog.drop(this.#group.directory);
  }

  /** Sends SIGKILL to everything, without waiting. */
  killNow(): void {
    for (const session of this.#sessions) send(-session, "SIGKILL");
    for (const { pid } of this.#find(allProcesses())) send(pid, "SIGKILL");
    this.#group?.remove();
  }

  #begin(): void {
    trees.add(this);
    watchdog.start();
    this.#unwatch = watchProcesses((table) => this.#look(table));
    this.#group = this.#createGroup();
    if (this.#group === undefined) return;
    watchdog.addGroup(this.#group.directory);
    this.#isLimited = this.#memoryLimit !== undefined && this.#group.limitMemory(this.#memoryLimit);
  }

  #add(leader: number): void {
    this.#sessions.add(leader);
    this.#firstStart = Math.min(this.#firstStart, readProcess(leader)?.started ?? Number.POSITIVE_INFINITY);
    watchdog.addSession(leader);
  }

  /** Notes what has left its session, and forgets what has ended: the system uses numbers again. */
  #look(table: readonly ProcessInfo[]): void {
    const inUse = new Set(table.flatMap(({ session, group }) => [session, group]));
    for (const session of this.#sessions) if (!inUse.has(session)) this.#forget(session);
    const started = new Map(table.map((one) => [one.pid, one.started]));
    for (const stray of this.#strays.values()) {
      if (started.get(stray.pid) === stray.started) continue;
      this.#strays.delete(stray.pid);
      watchdog.drop(strayKey(stray));
    }
    for (const one of withDescendants(table, (each) => this.#isKnown(each) || this.#isOrphan(each))) {
      if (this.#sessions.has(one.session) || this.#strays.has(one.pid)) continue;
      this.#strays.set(one.pid, one);
      watchdog.addStray(strayKey(one));
    }
  }

  #find(table: readonly ProcessInfo[]): ProcessInfo[] {
    const members = new Set(this.#group?.members());
    const isFound = (one: ProcessInfo) =>
      members.has(one.pid) || this.#isKnown(one) || isTracked(one.pid, this.trackingId) === true || this.#isOrphan(one);
    return withDescendants(table, isFound);
  }

  #isKnown({ pid, session, group, started }: ProcessInfo): boolean {
    return this.#sessions.has(session) || this.#sessions.has(group) || this.#strays.get(pid)?.started === started;
  }

  /** Whether it is an orphan of some tree, and no other tree can have started it. */
  #isOrphan(one: ProcessInfo): boolean {
    if (one.started < this.#firstStart || !isReparented(one)) return false;
    const isOfRunner = isTracked(one.pid, RUNNER_TRACKING_ID);
    // The first process of a system gets everyone's orphans: only those that hide their environment are a tree's.
    if (isOfRunner === true || (isOfRunner === false && process.pid === 1)) return false;
    return ![...trees].some((other) => other.#isKnown(one) || (other !== this && other.#firstStart <= one.started));
  }

  #forget(session: number): void {
    this.#sessions.delete(session);
    watchdog.drop(session);
  }
}
