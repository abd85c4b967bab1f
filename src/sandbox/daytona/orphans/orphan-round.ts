import type { Logger } from "../../../log/index.ts";
import type { DaytonaApi, DaytonaSandbox } from "../daytona-api.ts";
import { labelsOfGroup, sessionOf } from "../labels.ts";
import type { SessionSandboxes } from "../ports.ts";
import { IDLE_MS, isConfirmed, maxDeletions } from "./deletion-limits.ts";
import type { OrphanLedger, OrphanReason, OrphanSighting } from "./orphan-ledger.ts";
import { surveySessions } from "./session-survey.ts";

export interface RoundOptions {
  readonly api: DaytonaApi;
  readonly sessions: SessionSandboxes;
  readonly ledger: OrphanLedger;
  readonly group: string;
  /** Names the backend of this replica. */
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
  /** The number of the group's sandboxes. */
  readonly total: number;
  /** Their states, as Daytona calls them. */
  readonly states: readonly string[];
  /** Orphans that may be deleted. */
  readonly confirmed: readonly Orphan[];
  /** How many look like orphans, but not often enough or not for long enough. */
  readonly unconfirmed: number;
  /** Why the backend's answers are not trusted; then nothing may be deleted. */
  readonly doubt: string | undefined;
}

/** Checks all sandboxes of the group, and records those that look like orphans. Deletes nothing. */
export async function findOrphans(options: RoundOptions): Promise<RoundResult> {
  const { api, ledger, group, signal } = options;
  const now = options.now();
  const remotes = await api.list(labelsOfGroup(group), signal);
  const [before, alive] = [await ledger.sightings(), await ledger.alive()];
  const idle = remotes.filter((remote) => !options.isInUse(remote.id) && isIdle(remote, now));
  const ofSessions = idle.filter(({ labels }) => sessionOf(labels) !== undefined);
  const survey = await surveySessions(ofSessions, { ...options, now, alive });
  const missing = survey.verdicts.values().filter((verdict) => verdict === "session-not-found");
  const doubt = doubtOf([...missing].length, remotes.length, survey.knowsSessions);

  const sightings = new Map<string, OrphanSighting>();
  const forgotten = new Set(before.keys());
  const seenAlive: string[] = [];
  for (const remote of idle) {
    const verdict = sessionOf(remote.labels) === undefined ? "one-off" : survey.verdicts.get(remote.id);
    if (verdict === "alive") seenAlive.push(remote.id);
    // Without an answer nothing changes. Too many missing sessions do not count as an answer.
    else if (verdict === undefined || (verdict === "session-not-found" && doubt !== undefined)) {
      forgotten.delete(remote.id);
    } else {
      sightings.set(remote.id, nextSighting(remote, verdict, options.backend, before.get(remote.id), now));
      forgotten.delete(remote.id);
    }
  }
  await ledger.record({ sightings, forgotten, alive: seenAlive }, now);
  const found = idle.flatMap((remote) => {
    const sighting = sightings.get(remote.id);
    return sighting === undefined ? [] : [{ remote, sighting }];
  });
  const confirmed = found.filter(({ sighting }) => isConfirmed(sighting, now));
  const states = remotes.map(({ state }) => String(state ?? "unknown"));
  return { total: remotes.length, states, confirmed, unconfirmed: found.length - confirmed.length, doubt };
}

/**
 * Continues the sighting of earlier rounds if it has the same reason and the sandbox was not used since; else a first
 * one.
 */
function nextSighting(
  remote: DaytonaSandbox,
  reason: OrphanReason,
  backend: string,
  before: OrphanSighting | undefined,
  now: number,
): OrphanSighting {
  const isSame =
    before !== undefined &&
    before.reason === reason &&
    before.backend === backend &&
    (lastUse(remote) ?? now) < before.firstSeen;
  return { reason, backend, firstSeen: isSame ? before.firstSeen : now, rounds: isSame ? before.rounds + 1 : 1 };
}

/** A reason not to trust the backend's answers. */
function doubtOf(missing: number, total: number, knowsSessions: boolean): string | undefined {
  if (missing > maxDeletions(total))
    return `the backend does not know the sessions of ${missing} of the group's ${total} sandboxes`;
  if (missing > 0 && !knowsSessions)
    return `the backend knows none of the sessions that it was asked for: they have ${missing} of the group's ${total} sandboxes`;
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
