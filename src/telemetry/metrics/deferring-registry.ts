import { Registry } from "./prometheus.ts";

/** Updates that wait: what two executions with ten calls of tools cause. */
const MAX_DEFERRED = 250;

/**
 * A registry that makes updates in batches: when it is read, when it is told to, and when 250 of them wait. A single update
 * among the work of an execution finds nothing of the library in the processor's caches, and takes several times as long.
 * Metrics that are updated directly are not affected. Of the ways to read a registry, only {@link metrics} makes the
 * updates that wait.
 */
export class DeferringRegistry extends Registry {
  readonly #onError: (error: unknown) => void;
  #deferred: (() => void)[] = [];
  #hasFailed = false;

  /** @param onError called once, when an update fails: a defect, which must not harm what is measured */
  constructor(onError: (error: unknown) => void) {
    super();
    this.#onError = onError;
  }

  /** Makes an update later, after those that wait. What it keeps alive meanwhile should be small. */
  defer(update: () => void): void {
    this.#deferred.push(update);
    if (this.#deferred.length >= MAX_DEFERRED) this.settle();
  }

  /** Makes the updates that wait. One that fails loses no other. */
  settle(): void {
    const deferred = this.#deferred;
    this.#deferred = [];
    for (const update of deferred) {
      try {
        update();
      } catch (error) {
        if (this.#hasFailed) continue;
        this.#hasFailed = true;
        this.#onError(error);
      }
    }
  }

  override async metrics(): Promise<string> {
    this.settle();
    return await super.metrics();
  }
}
