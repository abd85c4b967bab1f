import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Separates the parts of a serialized identity. */
const SEPARATOR = "|";

/** Identifies a process across restarts and reuse of process ids, as far as the system allows. */
export interface ProcessIdentity {
  /** Where process numbers mean the same: one run of one system and, on Linux, one namespace of processes. */
  readonly machine: string;
  readonly pid: number;
  /** In the system's own unit; empty if unknown. */
  readonly started: string;
}

export function ownProcess(): ProcessIdentity {
  return { machine: machine(), pid: process.pid, started: startTime(process.pid) ?? "" };
}

/**
 * Whether a process has ended.
 * @param identity of the process
 * @returns `undefined` if it cannot be determined: the process ran on another machine or in another container
 */
export function processHasEnded({ machine: where, pid, started }: ProcessIdentity): boolean | undefined {
  if (where !== machine() || !Number.isSafeInteger(pid) || pid < 1) return undefined;
  const now = startTime(pid);
  // The number may have been given to another one.
  if (now !== undefined && started !== "") return now !== started;
  return !exists(pid);
}

/** The serialized {@link ownProcess}. */
export function ownIdentity(): string {
  return identityOf(process.pid);
}

/** The serialized identity of a running process. */
export function identityOf(pid: number): string {
  return [machine(), pid, startTime(pid) ?? ""].join(SEPARATOR);
}

/** {@link processHasEnded} for an identity from {@link ownIdentity} or {@link identityOf}. */
export function hasEnded(identity: string): boolean | undefined {
  const [where = "", pid = "", started = ""] = identity.split(SEPARATOR);
  return processHasEnded({ machine: where, pid: /^\d+$/.test(pid) ? Number(pid) : 0, started });
}

let known: string | undefined;

/** See {@link ProcessIdentity}. */
function machine(): string {
  known ??= attempt(() => {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return `${boot}:${readlinkSync("/proc/self/ns/pid")}`;
  });
  known ??= `${process.platform}:${hostname()}`;
  return known;
}

/** Start time of a process in the system's own unit; Linux only. */
function startTime(pid: number): string | undefined {
  // The second field is the program's name in parentheses, which may contain anything.
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  const [state, ...fields] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  // A zombie does nothing any more.
  return state === "Z" || state === "X" ? undefined : fields[18];
}

function exists(pid: number): boolean {
  try {
    // On Linux a process without an entry in /proc does not exist.
    if (process.platform === "linux") return startTime(pid) !== undefined;
    return process.kill(pid, 0);
  } catch (error) {
    return Object(error).code !== "ESRCH";
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
