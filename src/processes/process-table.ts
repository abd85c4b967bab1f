import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A process as the system knows it. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Whether it has ended and only waits for its parent to ask. */
  readonly isZombie: boolean;
  /** When it was started, in the system's ticks: with it a number that was given again is told from the first. */
  readonly started: number;
}

/** Where in `/proc/<pid>/stat`, behind the name, the start time stands. */
const STARTED = 19;

/** All processes, the ended ones that nobody has asked for among them. */
export function allProcesses(): ProcessInfo[] {
  const pids = processIds();
  if (pids === undefined) return processesOfPs();
  return pids.flatMap((pid) => readProcess(pid) ?? []);
}

/** One process; `undefined` where there is none of this number, or the system does not show it. */
export function readProcess(pid: number): ProcessInfo | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  // The name may hold anything, brackets and line ends too.
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

/** @returns `undefined` where the system has no `/proc` */
export function processIds(): number[] | undefined {
  try {
    const names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return names.length === 0 ? undefined : names.map(Number);
  } catch {
    return undefined;
  }
}

/** As macOS has it: without sessions and start times. */
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

/** Whether it is still the same process, and has not ended. */
export function isAlive({ pid, started }: ProcessInfo): boolean {
  const now = readProcess(pid);
  if (now !== undefined) return !now.isZombie && now.started === started;
  // No `/proc`, or none of this number.
  return processIds() === undefined && send(pid, 0);
}

/** Whether there was a process, or a group of a negative number, to receive the signal; 0 only asks. */
export function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(target, signal);
    return true;
  } catch {
    return false;
  }
}
