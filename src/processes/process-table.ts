import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A process as the system knows it. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Whether it has ended, and its parent has not asked for its exit code yet. */
  readonly isZombie: boolean;
  /** Start time in the system's ticks: it tells a process from an earlier one of the same number. */
  readonly started: number;
}

/** Index of the start time in `/proc/<pid>/stat`, counted after the name. */
const STARTED = 19;

/** All processes, zombies included. */
export function allProcesses(): ProcessInfo[] {
  const pids = processIds();
  if (pids === undefined) return processesOfPs();
  return pids.flatMap((pid) => readProcess(pid) ?? []);
}

/** One process; `undefined` if there is none of this number, or the system does not show it. */
export function readProcess(pid: number): ProcessInfo | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // The name may contain anything, even brackets and line ends.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state = "", parent, group, session] = fields;
  return {
    pid,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    isZombie: state === "Z" || state === "X" || state === "x",
    started: Number(fields[STARTED]),
  };
}

/** @returns `undefined` if the system has no `/proc` */
function processIds(): number[] | undefined {
  try {
    const names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return names.length === 0 ? undefined : names.map(Number);
  } catch {
    return undefined;
  }
}

/** On macOS: without sessions and start times. */
function processesOfPs(): ProcessInfo[] {
  const { stdout } = spawnSync("/bin/ps", ["-A", "-o", "pid=,ppid=,pgid=,stat="], { encoding: "utf8" });
  return (stdout ?? "").split("\n").flatMap((line) => {
    const [pid, parent, group, state] = line.trim().split(/\s+/);
    if (pid === undefined || state === undefined) return [];
    const isZombie = state.startsWith("Z");
    return [
      { pid: Number(pid), parent: Number(parent), group: Number(group), session: Number(group), isZombie, started: 0 },
    ];
  });
}

/** Processes that have not ended. */
export function withoutEnded(table: readonly ProcessInfo[]): ProcessInfo[] {
  return table.filter(({ isZombie }) => !isZombie);
}

/** Processes that match, and their descendants; without ended ones and this process. */
export function withDescendants(table: readonly ProcessInfo[], matches: (one: ProcessInfo) => boolean): ProcessInfo[] {
  const others = withoutEnded(table).filter(({ pid }) => pid !== process.pid);
  const children = Map.groupBy(others, ({ parent }) => parent);
  const found = new Set(others.filter(matches));
  for (const one of found) for (const child of children.get(one.pid) ?? []) found.add(child);
  return [...found];
}

/** Whether it is still the same process, and has not ended. */
export function isAlive({ pid, started }: ProcessInfo): boolean {
  const now = readProcess(pid);
  if (now !== undefined) return !now.isZombie && now.started === started;
  // No `/proc`, or no such process.
  return processIds() === undefined && send(pid, 0);
}

/**
 * @param target a process, or a process group as a negative number
 * @param signal 0 sends nothing
 * @returns whether there is such a process, and this one may send it signals
 */
export function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch {
    return false;
  }
}
