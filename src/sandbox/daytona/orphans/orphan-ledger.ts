/**
 * Why a sandbox is no longer needed. `one-off`: the execution that it was made for had no session. `replaced`: its
 * session has another one. `session-not-found`: the backend does not know its session.
 */
export type OrphanReason = "one-off" | "replaced" | "session-not-found";

/** That a sandbox looked like an orphan, and how often. */
export interface OrphanSighting {
  readonly reason: OrphanReason;
  /** The backend that said so. */
  readonly backend: string;
  /** In ms since the epoch. */
  readonly firstSeen: number;
  /** Rounds in which it was seen, without one in between in which it was not. */
  readonly rounds: number;
}

/** What a round has found out. */
export interface RoundRecord {
  /** By the sandbox's id. */
  readonly sightings: ReadonlyMap<string, OrphanSighting>;
  /** Sandboxes that are no orphans, or are gone. */
  readonly forgotten: Iterable<string>;
  /** Sandboxes whose sessions use them, as the backend has said now. */
  readonly alive: Iterable<string>;
}

/** What the replicas of a group remember together about sandboxes. It outlives them. */
export interface OrphanLedger {
  /** Binds the group to a backend, unless it is bound. @returns the backend that it is bound to */
  bind(backend: string): Promise<string>;
  /** @returns whether a round is due; then the next one is due when the time is over */
  beginRound(everyMs: number): Promise<boolean>;
  sightings(): Promise<Map<string, OrphanSighting>>;
  /** When sandboxes were last seen to be used by their sessions, in ms since the epoch. */
  alive(): Promise<Map<string, number>>;
  record(round: RoundRecord, now: number): Promise<void>;
}
