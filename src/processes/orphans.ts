import { libc } from "./libc.ts";
import { allProcesses, type ProcessInfo, readProcess } from "./process-table.ts";

const PR_SET_CHILD_SUBREAPER = 36;
const WNOHANG = 1;
/** How often the process table is looked at while something may be there; only a small share of all time is spent on it. */
const LOOK_MS = 1_000;
const MAX_CPU_SHARE = 0.02;
/** How often where this process is the first of its system: others leave their children to it too. */
const IDLE_LOOK_MS = 5_000;
/** Looks after the last watcher has gone: what it has ended must be asked for. */
const LAST_LOOKS = 3;

/** Told of the process table while it has something that runs. */
export type Watcher = (table: readonly ProcessInfo[]) => void;

/** Sessions that this process has started for itself, by their leaders. */
const ownSessions = new Set<number>();
const watchers = new Set<Watcher>();
let isAdopting = false;
let timer: NodeJS.Timeout | undefined;
let due = Number.POSITIVE_INFINITY;
let looksLeft = 0;
/** Ended children that were seen once; this process' own are asked for at once by those that started them. */
let ended = new Set<string>();

/**
 * Makes this process the parent of all that its commands start and leave alone, in whatever session: so that it is found,
 * and so that what has ended does not stay behind. Linux only.
 */
export function adoptOrphans(): void {
  if (isAdopting) return;
  isAdopting = process.pid === 1 || libc()?.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) === 0;
  if (process.pid === 1) schedule(IDLE_LOOK_MS);
}

/**
 * Takes a child in a session of its own for one of this process, and not for what a command left behind. To be called by
 * whoever starts one.
 */
export function registerOwnSession(pid: number | undefined): void {
  if (pid !== undefined) ownSessions.add(pid);
}

/** Whether a process was left to this one by others: a child that is neither in its session nor in one of its own. */
export function isLeft({ parent, session }: ProcessInfo): boolean {
  return isAdopting && parent === process.pid && !ownSessions.has(session) && session !== ownSession();
}

function ownSession(): number | undefined {
  return readProcess(process.pid)?.session;
}

/** Shows the process table to a watcher again and again, until the returned function is called. */
export function watchProcesses(watcher: Watcher): () => void {
  watchers.add(watcher);
  looksLeft = LAST_LOOKS;
  schedule(LOOK_MS);
  return () => watchers.delete(watcher);
}

function schedule(delayMs: number): void {
  const at = Date.now() + delayMs;
  if (at >= due) return;
  clearTimeout(timer);
  due = at;
  timer = setTimeout(look, delayMs);
  timer.unref();
}

function look(): void {
  due = Number.POSITIVE_INFINITY;
  const began = performance.now();
  const table = allProcesses();
  if (isAdopting) reap(table);
  for (const watcher of watchers) watcher(table);
  looksLeft = watchers.size > 0 ? LAST_LOOKS : looksLeft - 1;
  if (looksLeft > 0) schedule(Math.max(LOOK_MS, (performance.now() - began) / MAX_CPU_SHARE));
  else if (isAdopting && process.pid === 1) schedule(IDLE_LOOK_MS);
}

/** Asks for ended children that are left the second time: nobody else will. */
function reap(table: readonly ProcessInfo[]): void {
  const now = new Set<string>();
  for (const { pid, parent, isZombie, started } of table) {
    if (!isZombie || parent !== process.pid) continue;
    const key = `${pid} ${started}`;
    if (ended.has(key)) libc()?.waitpid(pid, null, WNOHANG);
    else now.add(key);
  }
  ended = now;
}
