/** Lets one task at a time run for each key; the others wait in the order they came. */
export class KeyedMutex {
  readonly #tails = new Map<string, Promise<void>>();

  /**
   * Waits for the key and returns the function that gives it back.
   * @throws the signal's reason, when it aborts while waiting
   */
  async acquire(key: string, signal?: AbortSignal): Promise<() => void> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const mine = Promise.withResolvers<void>();
    const tail = before.then(() => mine.promise);
    this.#tails.set(key, tail);
    const release = () => {
      mine.resolve();
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    };
    try {
      await (signal === undefined ? before : Promise.race([before, rejectOnAbort(signal)]));
    } catch (error) {
      release();
      throw error;
    }
    return release;
  }

  /** Whether somebody holds the key or waits for it. */
  isBusy(key: string): boolean {
    return this.#tails.has(key);
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason);
  else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}
