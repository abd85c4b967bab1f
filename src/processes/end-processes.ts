import { sleep } from "../shared/time.ts";
import { isAlive, type ProcessInfo, send } from "./process-table.ts";

/** How long processes have between SIGTERM and SIGKILL. */
export const TERMINATE_GRACE_MS = 3_000;
const POLL_MS = 20;
/** How often, while they end, it is looked for what they have started meanwhile. */
const SEARCH_MS = 300;
/** How often what was killed may have left something behind that it started meanwhile. */
const MAX_SWEEPS = 5;

/**
 * Ends processes: SIGTERM, then SIGKILL. Returns when none is left, or when they were sent the latter.
 * @param find those that are left, without ended ones
 * @param groups process groups that they may be in: what forks without end is only caught as a whole
 */
export async function endProcesses(find: () => readonly ProcessInfo[], groups: Iterable<number> = []): Promise<void> {
  const end = Date.now() + TERMINATE_GRACE_MS;
  const asked = new Set<string>();
  for (let left = find(); left.length > 0 && Date.now() < end; left = find()) {
    // Of another user: it can neither be asked nor waited for.
    const mine = left.filter((one) => asked.has(keyOf(one)) || send(one.pid, "SIGTERM"));
    if (mine.length === 0) return;
    for (const one of mine) asked.add(keyOf(one));
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
