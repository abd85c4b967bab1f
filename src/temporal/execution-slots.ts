import type {
  ActivitySlotInfo,
  CustomSlotSupplier,
  SlotMarkUsedContext,
  SlotPermit,
  SlotReleaseContext,
} from "@temporalio/worker";

/** Executions taken from the queue beyond the limit; they wait in the runner. */
export const MAX_WAITING_EXECUTIONS = 100;
/** Activities other than executions that may run at once. */
export const MAX_OTHER_ACTIVITIES = 100;

/**
 * Decides when the worker may ask for another task, so that the short activities never wait behind long executions.
 *
 * Temporal hands out tasks of a queue without regard to their type, and the type is known only after a task was taken.
 * While fewer than `limit` executions run, tasks are taken freely. At the limit a single request for a task is kept
 * open: it brings `EnsureThread` and `CleanupSandbox` through, and an execution that arrives by it waits here for its
 * turn. One request only, so that idle replicas, which keep several open, get most of the new executions.
 */
export class ExecutionSlots implements CustomSlotSupplier<ActivitySlotInfo> {
  readonly type = "custom";
  readonly #limit: number;
  readonly #executionType: string;
  readonly #used = new Map<SlotPermit, ActivitySlotInfo["activityType"]>();
  readonly #open = new Set<SlotPermit>();
  readonly #waiting: (() => void)[] = [];

  /**
   * @param limit executions that run at once
   * @param executionType the activity type that the limit is for
   */
  constructor(limit: number, executionType: string) {
    this.#limit = limit;
    this.#executionType = executionType;
  }

  async reserveSlot(_context: unknown, signal: AbortSignal): Promise<SlotPermit> {
    for (;;) {
      signal.throwIfAborted();
      const permit = this.tryReserveSlot();
      if (permit !== null) return permit;
      await this.#change(signal);
    }
  }

  tryReserveSlot(): SlotPermit | null {
    const executions = this.#count(true);
    const taken = executions + this.#open.size;
    const spare = this.#open.size === 0 && executions < this.#limit + MAX_WAITING_EXECUTIONS;
    if (this.#count(false) >= MAX_OTHER_ACTIVITIES || !(taken < this.#limit || spare)) return null;
    const permit: SlotPermit = {};
    this.#open.add(permit);
    return permit;
  }

  markSlotUsed({ permit, slotInfo }: SlotMarkUsedContext<ActivitySlotInfo>): void {
    this.#open.delete(permit);
    this.#used.set(permit, slotInfo.activityType);
    this.#wake();
  }

  releaseSlot({ permit }: SlotReleaseContext<ActivitySlotInfo>): void {
    this.#open.delete(permit);
    this.#used.delete(permit);
    this.#wake();
  }

  #count(executions: boolean): number {
    let count = 0;
    for (const type of this.#used.values()) if ((type === this.#executionType) === executions) count++;
    return count;
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #change(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
  }
}
