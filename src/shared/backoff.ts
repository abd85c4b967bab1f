/** The waits between attempts: doubling from `first` to `most`, each between half and all of itself, so that many who failed together do not come back together. */
export interface Backoff {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** @param attempt how many attempts have failed, from 1 */
export function backoffMs(attempt: number, { initialMs, maxMs }: Backoff): number {
  const full = Math.min(initialMs * 2 ** (attempt - 1), maxMs);
  return full / 2 + Math.random() * (full / 2);
}
