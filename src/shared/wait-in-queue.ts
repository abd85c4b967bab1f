/**
 * Adds an entry to a queue and waits until somebody removes the entry and calls it.
 * @throws the signal's reason if it aborts first; the entry is then removed
 */
export async function waitInQueue(queue: (() => void)[], signal?: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = () => {
    const place = queue.indexOf(resolve);
    // Not there any more: its turn has come at the same moment, and counts.
    if (place < 0) return;
    queue.splice(place, 1);
    reject(signal?.reason);
  };
  queue.push(resolve);
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
