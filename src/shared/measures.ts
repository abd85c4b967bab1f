/** What parts of the runner report for metrics. Each function returns at once and never throws. */
export interface Measures {
  /** A status event went to Redis, or was given up. */
  redisEvent(result: "published" | "dropped"): void;
  /** Secrets were looked for in a text. */
  masked(milliseconds: number): void;
  /** The lock of a session's sandbox was waited for, and acquired or not. */
  sandboxLockWaited(milliseconds: number): void;
  /** All sandboxes of the replicas' group were listed, by the state that Daytona gives. */
  sandboxesListed(states: readonly string[]): void;
  /** A sandbox that nothing needs was deleted. */
  orphanDeleted(): void;
}
