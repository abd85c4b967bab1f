import { Registry } from "./prometheus.ts";

/** Pieces of work that are put off: what two executions with ten calls of tools do. */
const MAX_DEFERRED = 250;

/**
 * A registry whose metrics are updated in batches: when they are read, when an execution ends, and when much is pending.
 * A single update among the work of an execution finds nothing of the library in the processor's caches, and takes several
 * times as long. Of the ways to read a registry, only {@link metrics} does what is pending.
 */
export class DeferringRegistry extends Registry {
  #deferred: (() => void)[] = [];

  /**
   * Puts off the update of metrics; the order is kept. What it keeps alive meanwhile must be bounded.
   * @throws what an earlier update threw, if this one completes a batch
   */
  defer(update: () => void): void {
    this.#deferred.push(update);
    if (this.#deferred.length >= MAX_DEFERRED) this.settle();
  }

  /** Updates metrics now. @throws what an update threw, after the others were made */
  settle(): void {
    const deferred = this.#deferred;
    this.#deferred = [];
    const failures: unknown[] = [];
    for (const update of deferred) {
      try {
        update();
      } catch (error) {
        // A defect of one metric must not lose the others.
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  override async metrics(): Promise<string> {
    this.settle();
    return await super.metrics();
  }
}
