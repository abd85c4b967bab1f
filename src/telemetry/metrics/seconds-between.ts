/** Never negative: the clock may be set back. */
export function secondsBetween(from: Date, to: Date): number {
  return Math.max(to.getTime() - from.getTime(), 0) / 1_000;
}
