import { rmdirSync } from "node:fs";
import { join } from "node:path";
import { isWritable, makeDirectory, namesIn, numbersIn, readText, writeText } from "./group-files.ts";
import { type Hierarchy, ownHierarchies } from "./hierarchies.ts";
import { allProcesses, type ProcessInfo, readProcess } from "./process-table.ts";

const PREFIX = "agent-runner-";
/** Where this process goes where its own group gets children: in version 2 a group has either processes or children. */
const OWN_LEAF = `${PREFIX}self`;

/** A control group for the commands of one execution. */
export class ControlGroup {
  readonly directory: string;
  readonly #hierarchy: Hierarchy;

  constructor(directory: string, hierarchy: Hierarchy) {
    this.directory = directory;
    this.#hierarchy = hierarchy;
  }

  /** The file that takes the numbers of processes. */
  get processesFile(): string {
    return join(this.directory, "cgroup.procs");
  }

  /** @returns whether the system keeps the limit */
  limitMemory(bytes: number): boolean {
    const isLimited = writeText(join(this.directory, this.#hierarchy.limitFile), String(bytes));
    // Where there is swap: to no use, beyond the limit.
    if (isLimited)
      writeText(join(this.directory, this.#hierarchy.swapFile), this.#hierarchy.version === 2 ? "0" : String(bytes));
    return isLimited;
  }

  members(): number[] {
    return numbersIn(this.processesFile);
  }

  /** How many processes the kernel has killed in it for want of memory. */
  memoryKills(): number {
    return memoryKillsIn(join(this.directory, this.#hierarchy.eventsFile));
  }

  /** Removes it where nothing is left in it. @returns whether it is gone */
  remove(): boolean {
    try {
      rmdirSync(this.directory);
      return true;
    } catch {
      return false;
    }
  }
}

/** The number after `oom_kill`; 0 where the file has none. */
export function memoryKillsIn(file: string): number {
  return Number(/^oom_kill (\d+)$/m.exec(readText(file))?.[1] ?? 0);
}

let parent: { readonly hierarchy: Hierarchy; readonly directory: string } | undefined | "none";
let count = 0;

/** A new group below that of this process, as far as this process may make one; one that limits memory where possible. */
export function createControlGroup(): ControlGroup | undefined {
  parent ??= prepareParent() ?? "none";
  if (parent === "none") return undefined;
  const directory = join(parent.directory, `${PREFIX}${process.pid}-${++count}`);
  if (!makeDirectory(directory)) return undefined;
  const group = new ControlGroup(directory, parent.hierarchy);
  // What must be written can be: else it is of no use.
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

/** Makes the own group one that may have children which limit memory. */
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

/** Whether all processes of a group are this one and what it has started. */
function isAlone(directory: string): boolean {
  const table = new Map(allProcesses().map((one): [number, ProcessInfo] => [one.pid, one]));
  const isOurs = (pid: number): boolean => {
    for (let one = table.get(pid); one !== undefined; one = table.get(one.parent))
      if (one.pid === process.pid) return true;
    return false;
  };
  return numbersIn(join(directory, "cgroup.procs")).every(isOurs);
}

/** Groups of runners that have ended without removing them. */
function removeLeftovers(directory: string): void {
  for (const name of namesIn(directory)) {
    const owner = /^agent-runner-(\d+)-\d+$/.exec(name)?.[1];
    if (owner === undefined || Number(owner) === process.pid || readProcess(Number(owner)) !== undefined) continue;
    try {
      rmdirSync(join(directory, name));
    } catch {
      // Something is left in it.
    }
  }
}
