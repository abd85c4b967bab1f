/** Exponential backoff with jitter: waits double from `initialMs` to `maxMs`, each randomized between half and all of it. */
export interface Backoff {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** @param attempt the number of failed attempts, from 1 @returns the wait in ms */
export function backoffMs(attempt: number, { initialMs, maxMs }: Backoff): number {
  const full = Math.min(initialMs * 2 ** (attempt - 1), maxMs);
  return full / 2 + Math.random() * (full / 2);
}
