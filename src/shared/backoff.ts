/** The waits between attempts: doubling from `first` to `most`, each between half and all of itself, so that many who failed together do not come back together. */
export interface Backoff {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** @param attempt how many attempts have failed, from 1 */
export function backoffMs(attempt: number, { firstMs, mostMs }: Backoff): number {
  const full = Math.min(firstMs * 2 ** (attempt - 1), mostMs);
  return full / 2 + Math.random() * (full / 2);
}
