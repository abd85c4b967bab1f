import { waitInQueue } from "./wait-in-queue.ts";

/** A mutex per key; waiters get it in the order of their calls. */
export class KeyedMutex {
  /** Of each key that is held: those who wait for it. */
  readonly #waiting = new Map<string, (() => void)[]>();

  /**
   * Waits for the key and returns the function that gives it back.
   * @throws the signal's reason, when it aborts while waiting
   */
  async acquire(key: string, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) this.#waiting.set(key, []);
    else await waitInQueue(waiting, signal);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const next = this.#waiting.get(key)?.shift();
      if (next === undefined) this.#waiting.delete(key);
      else next();
    };
  }

  /** Whether somebody holds the key. */
  isBusy(key: string): boolean {
    return this.#waiting.has(key);
  }
}
