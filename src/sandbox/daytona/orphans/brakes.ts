import type { OrphanReason, OrphanSighting } from "./orphan-ledger.ts";

/** The time between two rounds of a group, whichever replicas they are of. */
export const ROUND_MS = 30 * 60_000;
/** For this time after its start a replica deletes nothing. */
export const START_GRACE_MS = 5 * 60_000;
/** A sandbox that was used later than this is in use, maybe by another replica: those say so every two minutes. */
export const IDLE_MS = 10 * 60_000;

/**
 * How often, and over which time, a sandbox has to look like an orphan before it is deleted. A session that is not found
 * may mean a backend that lost it, or that is the wrong one: somebody has to have the time to notice.
 */
const WITNESSES: Readonly<Record<OrphanReason, { readonly rounds: number; readonly ms: number }>> = {
  "one-off": { rounds: 2, ms: ROUND_MS / 2 },
  replaced: { rounds: 2, ms: ROUND_MS / 2 },
  "session-not-found": { rounds: 4, ms: 6 * 3_600_000 },
};

/** Most sandboxes that one round deletes: a share of the group's, or a few. Where there are more, it deletes none. */
const SHARE = 0.1;
const FEW = 5;

export function maxDeletions(sandboxes: number): number {
  return Math.max(FEW, Math.floor(sandboxes * SHARE));
}

/** Whether a sandbox has looked like an orphan often and long enough. */
export function isRipe({ reason, firstSeen, rounds }: OrphanSighting, now: number): boolean {
  const { rounds: least, ms } = WITNESSES[reason];
  return rounds >= least && now - firstSeen >= ms;
}
