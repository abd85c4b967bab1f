import { sleep } from "../shared/time.ts";
import { isAlive, type ProcessInfo, send } from "./process-table.ts";

/** Time between SIGTERM and SIGKILL. */
export const TERMINATE_GRACE_MS = 3_000;
const POLL_MS = 20;
/** While they end, this often new processes are looked for that they have started. */
const SEARCH_MS = 300;
/** What is killed may have started other processes just before: so many rounds of SIGKILL. */
const MAX_SWEEPS = 5;

/**
 * Ends processes: SIGTERM, then SIGKILL. Returns when none is left, or after the last SIGKILL.
 * @param find returns those that have not ended
 * @param groups process groups to be killed as a whole: a process that forks all the time cannot be caught otherwise
 */
export async function endProcesses(find: () => readonly ProcessInfo[], groups: Iterable<number> = []): Promise<void> {
  const end = Date.now() + TERMINATE_GRACE_MS;
  const signalled = new Set<string>();
  for (let left = find(); left.length > 0 && Date.now() < end; left = find()) {
    // Processes of other users cannot be signalled: waiting for them is useless.
    const mine = left.filter((one) => signalled.has(keyOf(one)) || send(one.pid, "SIGTERM"));
    if (mine.length === 0) return;
    for (const one of mine) signalled.add(keyOf(one));
    const again = Math.min(end, Date.now() + SEARCH_MS);
    while (Date.now() < again && mine.some(isAlive)) await sleep(POLL_MS);
  }
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    const left = find();
    if (left.length === 0) return;
    for (const group of groups) if (left.some((one) => one.group === group)) send(-group, "SIGKILL");
    if (left.filter(({ pid }) => send(pid, "SIGKILL")).length === 0) return;
    await sleep(POLL_MS);
  }
}

function keyOf({ pid, started }: ProcessInfo): string {
  return `${pid} ${started}`;
}
