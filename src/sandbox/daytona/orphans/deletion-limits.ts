import type { OrphanReason, OrphanSighting } from "./orphan-ledger.ts";

/** The time between two rounds of a group, on any replica. */
export const ROUND_MS = 30 * 60_000;
/** A replica deletes nothing for this long after its start. */
export const START_GRACE_MS = 5 * 60_000;
/** A sandbox that was used within this time is in use, maybe by another replica: they refresh it every two minutes. */
export const IDLE_MS = 10 * 60_000;

/**
 * How often, and for how long, a sandbox must look like an orphan before it is deleted. A missing session may also mean
 * that the backend lost it, or that it is the wrong backend: operators need time to notice.
 */
const CONFIRMATIONS: Readonly<Record<OrphanReason, { readonly rounds: number; readonly ms: number }>> = {
  "one-off": { rounds: 2, ms: ROUND_MS / 2 },
  replaced: { rounds: 2, ms: ROUND_MS / 2 },
  "session-not-found": { rounds: 4, ms: 6 * 3_600_000 },
};

/**
 * A round deletes at most this share of the group's sandboxes, or this number. If there are more orphans, it deletes
 * none.
 */
const MAX_SHARE = 0.1;
const MIN_DELETIONS = 5;

export function maxDeletions(sandboxes: number): number {
  return Math.max(MIN_DELETIONS, Math.floor(sandboxes * MAX_SHARE));
}

/** Whether a sandbox has looked like an orphan often enough and for long enough. */
export function isConfirmed({ reason, firstSeen, rounds }: OrphanSighting, now: number): boolean {
  const { rounds: least, ms } = CONFIRMATIONS[reason];
  return rounds >= least && now - firstSeen >= ms;
}
