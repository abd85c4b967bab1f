import { libc } from "./libc.ts";
import { allProcesses, type ProcessInfo, readProcess } from "./process-table.ts";

const PR_SET_CHILD_SUBREAPER = 36;
const WNOHANG = 1;
/** Time between two looks at the process table while a tree has processes. */
const LOOK_MS = 1_000;
/** A slow look makes the next one later: looks take at most this share of the time. */
const MAX_CPU_SHARE = 0.02;
/** The same without trees, if this process is the first of its system: it gets the orphans of others too. */
const IDLE_LOOK_MS = 5_000;
/** Looks after the last watcher has gone: the zombies that it left must be reaped. */
const LAST_LOOKS = 3;

/** Is shown the process table while its tree has processes. */
export type Watcher = (table: readonly ProcessInfo[]) => void;

/** Sessions of programs that this process needs for itself, by their leaders. */
const ownSessions = new Set<number>();
const watchers = new Set<Watcher>();
let isAdopting = false;
let timer: NodeJS.Timeout | undefined;
let due = Number.POSITIVE_INFINITY;
let looksLeft = 0;
/**
 * Zombies that the last look has seen. Those that this process has started are reaped earlier, by what started them.
 */
let zombies = new Set<string>();

/**
 * Makes this process a subreaper: it becomes the parent of its descendants' orphans, in any session. So they are found,
 * and no zombie stays behind. Linux only.
 */
export function adoptOrphans(): void {
  if (isAdopting) return;
  isAdopting = process.pid === 1 || libc()?.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) === 0;
  if (process.pid === 1) schedule(IDLE_LOOK_MS);
}

/** Registers the leader of a session that belongs to this process itself, so that it is not taken for an orphan. */
export function registerOwnSession(pid: number | undefined): void {
  if (pid !== undefined) ownSessions.add(pid);
}

/** Whether a process became a child of this one when its parent ended. */
export function isReparented({ parent, session }: ProcessInfo): boolean {
  return isAdopting && parent === process.pid && !ownSessions.has(session) && session !== ownSession();
}

function ownSession(): number | undefined {
  return readProcess(process.pid)?.session;
}

/** Shows the process table to a watcher repeatedly, until the returned function is called. */
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

/** Reaps zombies that are seen for the second time: nothing else does. */
function reap(table: readonly ProcessInfo[]): void {
  const now = new Set<string>();
  for (const { pid, parent, isZombie, started } of table) {
    if (!isZombie || parent !== process.pid) continue;
    const key = `${pid} ${started}`;
    if (zombies.has(key)) libc()?.waitpid(pid, null, WNOHANG);
    else now.add(key);
  }
  zombies = now;
}
