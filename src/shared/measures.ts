/** What parts of the runner report for metrics. Each function returns at once and never throws. */
export interface Measures {
  /** A status event went to Redis, or was given up. */
  redisEvent(result: "published" | "dropped"): void;
  /** Secrets were looked for in a text. */
  masked(milliseconds: number): void;
}
