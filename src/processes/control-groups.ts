import { rmdirSync } from "node:fs";
import { join } from "node:path";
import { sleep } from "../shared/time.ts";
import { isWritable, makeDirectory, namesIn, numbersIn, readText, writeText } from "./group-files.ts";
import { type Hierarchy, ownHierarchies } from "./hierarchies.ts";
import { allProcesses, type ProcessInfo, readProcess } from "./process-table.ts";

const PREFIX = "agent-runner-";
/** The kernel takes a moment until an empty group can be removed. */
const REMOVALS = { attempts: 10, pauseMs: 20 };
/** This process moves here when its group gets children: in version 2, a group has either processes or children. */
const OWN_LEAF = `${PREFIX}self`;

/** A control group for the processes of one tree. */
export class ControlGroup {
  readonly directory: string;
  readonly #hierarchy: Hierarchy;

  constructor(directory: string, hierarchy: Hierarchy) {
    this.directory = directory;
    this.#hierarchy = hierarchy;
  }

  /** A process joins the group when its number is written to this file. */
  get processesFile(): string {
    return join(this.directory, "cgroup.procs");
  }

  /** @returns whether the system enforces the limit */
  limitMemory(bytes: number): boolean {
    const isLimited = writeText(join(this.directory, this.#hierarchy.limitFile), String(bytes));
    // Swap must not extend the limit.
    if (isLimited)
      writeText(join(this.directory, this.#hierarchy.swapFile), this.#hierarchy.version === 2 ? "0" : String(bytes));
    return isLimited;
  }

  members(): number[] {
    return numbersIn(this.processesFile);
  }

  /** How many of its processes the kernel has killed because memory ran out. */
  memoryKills(): number {
    return memoryKillsIn(join(this.directory, this.#hierarchy.eventsFile));
  }

  /** Removes it if no process is left in it. @returns whether it was removed */
  remove(): boolean {
    try {
      rmdirSync(this.directory);
      return true;
    } catch {
      return false;
    }
  }

  /** Removes it as soon as the kernel permits; gives up after a moment. */
  async removeWhenEmpty(): Promise<void> {
    for (let attempt = 0; attempt < REMOVALS.attempts && !this.remove(); attempt++) await sleep(REMOVALS.pauseMs);
  }
}

/** The number after `oom_kill`; 0 if the file has none. */
export function memoryKillsIn(file: string): number {
  return Number(/^oom_kill (\d+)$/m.exec(readText(file))?.[1] ?? 0);
}

let parent: { readonly hierarchy: Hierarchy; readonly directory: string } | undefined | "none";
let count = 0;

/**
 * Creates a group below that of this process, in a hierarchy that limits memory if there is one.
 * @returns `undefined` if this process may not create groups
 */
export function createControlGroup(): ControlGroup | undefined {
  parent ??= prepareParent() ?? "none";
  if (parent === "none") return undefined;
  const directory = join(parent.directory, `${PREFIX}${process.pid}-${++count}`);
  if (!makeDirectory(directory)) return undefined;
  const group = new ControlGroup(directory, parent.hierarchy);
  // Without write access, no process can join it.
  if (isWritable(group.processesFile)) return group;
  group.remove();
  return undefined;
}

function prepareParent() {
  for (const hierarchy of ownHierarchies()) {
    if (!mayHaveChildren(hierarchy)) continue;
    removeLeftovers(hierarchy.directory);
    return { hierarchy, directory: hierarchy.directory };
  }
  return undefined;
}

/** Whether {@link createControlGroup} could create groups that limit memory. Changes nothing. */
export function mayLimitMemory(): boolean {
  return ownHierarchies().some(({ directory, version, isRoot, isDelegated, limitFile }) => {
    if (version === 1) return isWritable(join(directory, "cgroup.procs")) && isWritable(join(directory, limitFile));
    if (!readText(join(directory, "cgroup.controllers")).split(/\s+/).includes("memory")) return false;
    if (isRoot) return isWritable(join(directory, "cgroup.subtree_control"));
    return isDelegated && isWritable(join(directory, "cgroup.subtree_control")) && isAlone(directory);
  });
}

/** Makes the group of this process one that can have children with memory limits. @returns whether that was possible */
function mayHaveChildren(hierarchy: Hierarchy): boolean {
  const { directory, version, isRoot, isDelegated } = hierarchy;
  if (version === 1 || isRoot) {
    if (version === 2) writeText(join(directory, "cgroup.subtree_control"), "+memory");
    return isWritable(join(directory, "cgroup.procs"));
  }
  if (!isDelegated || !isAlone(directory)) return false;
  const leaf = join(directory, OWN_LEAF);
  if (!makeDirectory(leaf)) return false;
  for (const pid of numbersIn(join(directory, "cgroup.procs"))) writeText(join(leaf, "cgroup.procs"), String(pid));
  writeText(join(directory, "cgroup.subtree_control"), "+memory");
  return numbersIn(join(directory, "cgroup.procs")).length === 0;
}

/** Whether a group contains only this process and its descendants. */
function isAlone(directory: string): boolean {
  const table = new Map(allProcesses().map((one): [number, ProcessInfo] => [one.pid, one]));
  const isOurs = (pid: number): boolean => {
    for (let one = table.get(pid); one !== undefined; one = table.get(one.parent))
      if (one.pid === process.pid) return true;
    return false;
  };
  return numbersIn(join(directory, "cgroup.procs")).every(isOurs);
}

/** Removes the groups of runners that ended without removing them. */
function removeLeftovers(directory: string): void {
  for (const name of namesIn(directory)) {
    const owner = /^agent-runner-(\d+)-\d+$/.exec(name)?.[1];
    if (owner === undefined || Number(owner) === process.pid || readProcess(Number(owner)) !== undefined) continue;
    try {
      rmdirSync(join(directory, name));
    } catch {
      // A process is left in it.
    }
  }
}
