import { waitInQueue } from "./wait-in-queue.ts";

/**
 * Lets a limited number of executions run at once; the others wait in the order in which they came.
 *
 * Temporal's slots (temporal/execution-slots.ts) decide when to ask for another task; this decides when a task that was
 * taken may run. Both have the same limit, and neither replaces the other: a slot belongs to a task from its arrival on,
 * also while the execution only waits for its thread, and at the limit one more task is taken so that short activities
 * come through. A permit is acquired after the thread, so that waiting executions of a busy session keep no others out.
 */
export class Semaphore {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param limit permits that can be held at once */
  constructor(limit: number) {
    this.#free = limit;
  }

  /**
   * Waits for a permit.
   * @returns releases the permit; further calls have no effect
   * @throws the signal's reason, if it aborts first
   */
  async acquire(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await waitInQueue(this.#waiting, signal);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    };
  }
}
