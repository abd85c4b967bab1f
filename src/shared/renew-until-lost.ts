/**
 * Renews a lock at an interval until it is stopped or the lock is lost. A lost lock is not renewed again: that would take it
 * back as soon as the other holder releases it, past those who wait.
 * @param renew returns `false` if another holder has the lock; rejects if that is unknown
 * @param onLost called at most once, and never after the end
 * @returns the function that stops
 */
export function renewUntilLost(renew: () => Promise<boolean>, everyMs: number, onLost: () => void): () => void {
  let isOver = false;
  const stop = () => {
    isOver = true;
    clearInterval(renewal);
  };
  const renewal = setInterval(async () => {
    const kept = await renew().catch(() => undefined);
    if (kept !== false || isOver) return;
    stop();
    onLost();
  }, everyMs);
  return stop;
}
