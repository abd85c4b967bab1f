/**
 * Why a sandbox is no longer needed. `one-off`: the execution that it was made for had no session. `replaced`: its
 * session has another one. `session-not-found`: the backend does not know its session.
 */
export type OrphanReason = "one-off" | "replaced" | "session-not-found";

/** How often a sandbox looked like an orphan, and why. */
export interface OrphanSighting {
  readonly reason: OrphanReason;
  /** The backend that was asked. */
  readonly backend: string;
  /** In ms since the epoch. */
  readonly firstSeen: number;
  /** Consecutive rounds in which it looked like an orphan. */
  readonly rounds: number;
}

/** The result of a round. */
export interface RoundRecord {
  /** By the sandbox's id. */
  readonly sightings: ReadonlyMap<string, OrphanSighting>;
  /** Sandboxes that are not orphans, or were deleted. */
  readonly forgotten: Iterable<string>;
  /** Sandboxes that their sessions use, according to the backend. */
  readonly alive: Iterable<string>;
}

/** What the replicas of a group know together about their sandboxes. It outlives them. */
export interface OrphanLedger {
  /** Binds the group to a backend, unless it is bound already. @returns the backend of the group */
  bind(backend: string): Promise<string>;
  /** @returns whether a round is due; if so, the next one is due after this time */
  beginRound(everyMs: number): Promise<boolean>;
  sightings(): Promise<Map<string, OrphanSighting>>;
  /** When sandboxes were last known to be used by their sessions, in ms since the epoch. */
  alive(): Promise<Map<string, number>>;
  record(round: RoundRecord, now: number): Promise<void>;
}
