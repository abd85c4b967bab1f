/** Lets one waiter sleep until a time or a wake-up. A wake-up while it is awake is remembered. */
export class Waker {
  #woken = false;
  #resolve: (() => void) | undefined;

  wake(): void {
    this.#woken = true;
    this.#resolve?.();
  }

  /** Resolves after `ms`, when woken, or when the signal aborts; never rejects. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.#woken && !signal.aborted && ms > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const abort = () => resolve();
      this.#resolve = resolve;
      const timer = setTimeout(resolve, ms);
      signal.addEventListener("abort", abort, { once: true });
      await promise;
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      this.#resolve = undefined;
    }
    this.#woken = false;
  }
}
