import type { Logger } from "../../../log/index.ts";
import type { DaytonaApi, DaytonaSandbox } from "../daytona-api.ts";
import { labelsOfGroup, sessionOf } from "../labels.ts";
import type { SessionSandboxes } from "../ports.ts";
import { IDLE_MS, isRipe, maxDeletions } from "./brakes.ts";
import type { OrphanLedger, OrphanReason, OrphanSighting } from "./orphan-ledger.ts";
import { surveySessions } from "./session-survey.ts";

export interface RoundOptions {
  readonly api: DaytonaApi;
  readonly sessions: SessionSandboxes;
  readonly ledger: OrphanLedger;
  readonly group: string;
  /** The backend that this replica asks. */
  readonly backend: string;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Whether an execution of this process uses a sandbox. */
  readonly isInUse: (sandboxId: string) => boolean;
  readonly now: () => number;
}

/** A sandbox that is no longer needed. */
export interface Orphan {
  readonly remote: DaytonaSandbox;
  readonly sighting: OrphanSighting;
}

export interface RoundResult {
  /** How many sandboxes the group has. */
  readonly total: number;
  /** Those that may be deleted. */
  readonly ripe: readonly Orphan[];
  /** How many look like orphans, and were not seen often or long enough. */
  readonly watched: number;
  /** Why nothing may be deleted. */
  readonly distrust: string | undefined;
}

/** Looks at all sandboxes of the group, and remembers what looked like an orphan. Deletes nothing. */
export async function findOrphans(options: RoundOptions): Promise<RoundResult> {
  const { api, ledger, group, signal } = options;
  const now = options.now();
  const remotes = await api.list(labelsOfGroup(group), signal);
  const [before, alive] = [await ledger.sightings(), await ledger.alive()];
  const idle = remotes.filter((remote) => !options.isInUse(remote.id) && isIdle(remote, now));
  const ofSessions = idle.filter(({ labels }) => sessionOf(labels) !== undefined);
  const survey = await surveySessions(ofSessions, { ...options, now, alive });
  const missing = survey.verdicts.values().filter((verdict) => verdict === "session-not-found");
  const distrust = distrusted([...missing].length, remotes.length, survey.knowsSessions);

  const sightings = new Map<string, OrphanSighting>();
  const forgotten = new Set(before.keys());
  const seenAlive: string[] = [];
  for (const remote of idle) {
    const verdict = sessionOf(remote.labels) === undefined ? "one-off" : survey.verdicts.get(remote.id);
    if (verdict === "alive") seenAlive.push(remote.id);
    // Not asked for, or not answered: nothing has changed. A mass of missing sessions is no answer.
    else if (verdict === undefined || (verdict === "session-not-found" && distrust !== undefined)) {
      forgotten.delete(remote.id);
    } else {
      sightings.set(remote.id, sight(remote, verdict, options.backend, before.get(remote.id), now));
      forgotten.delete(remote.id);
    }
  }
  await ledger.record({ sightings, forgotten, alive: seenAlive }, now);
  const found = idle.flatMap((remote) => {
    const sighting = sightings.get(remote.id);
    return sighting === undefined ? [] : [{ remote, sighting }];
  });
  const ripe = found.filter(({ sighting }) => isRipe(sighting, now));
  return { total: remotes.length, ripe, watched: found.length - ripe.length, distrust };
}

/** One more sighting, or the first one where anything but the time is another than before. */
function sight(
  remote: DaytonaSandbox,
  reason: OrphanReason,
  backend: string,
  before: OrphanSighting | undefined,
  now: number,
): OrphanSighting {
  const goesOn =
    before !== undefined &&
    before.reason === reason &&
    before.backend === backend &&
    (lastUse(remote) ?? now) < before.firstSeen;
  return { reason, backend, firstSeen: goesOn ? before.firstSeen : now, rounds: goesOn ? before.rounds + 1 : 1 };
}

/** Why the backend's answers are not believed. */
function distrusted(missing: number, total: number, knowsSessions: boolean): string | undefined {
  if (missing > maxDeletions(total))
    return `the backend does not know the sessions of ${missing} of the group's ${total} sandboxes`;
  if (missing > 0 && !knowsSessions)
    return `the backend knows none of the sessions that it was asked for: ${missing} of the group's ${total} sandboxes are of those`;
  return undefined;
}

export function isIdle(remote: DaytonaSandbox, now: number): boolean {
  const last = lastUse(remote);
  return last !== undefined && now - last >= IDLE_MS;
}

/** When a sandbox was last used, in ms since the epoch. */
export function lastUse({ lastActivityAt, updatedAt, createdAt }: DaytonaSandbox): number | undefined {
  const last = Date.parse(lastActivityAt ?? updatedAt ?? createdAt ?? "");
  return Number.isFinite(last) ? last : undefined;
}
