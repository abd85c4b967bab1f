import type {
  ActivitySlotInfo,
  CustomSlotSupplier,
  SlotMarkUsedContext,
  SlotPermit,
  SlotReleaseContext,
} from "@temporalio/worker";
import { waitInQueue } from "../shared/wait-in-queue.ts";

/** Maximum number of executions that wait in the runner, beyond those that may run. */
export const MAX_WAITING_EXECUTIONS = 100;
/** Activities other than executions that may run at once. */
export const MAX_OTHER_ACTIVITIES = 100;
/**
 * Maximum number of open polls. Each may return a task that this runner then has to run: with few of them a draining or
 * broken replica takes few tasks. Five are enough for a hundred tasks per second.
 */
export const MAX_OPEN_POLLS = 5;

/**
 * Decides when the worker may poll for another task, so that short activities never wait behind long executions, and a
 * runner that drains or cannot work takes nothing.
 *
 * Temporal dispatches tasks of all types from one queue; the type is known only after a task was taken. With fewer than
 * `limit` executions, tasks are taken freely. At the limit a single poll is kept open: it lets `EnsureThread` and
 * `CleanupSandbox` through, and an execution that it returns waits in this runner. It is only one poll, so that idle
 * replicas, which keep several open, get most of the new executions.
 *
 * A slot is not the permission to run: the semaphore (shared/semaphore.ts) decides when an execution that was taken may
 * begin, once it has its thread. So more executions can be here than run.
 */
export class ExecutionSlots implements CustomSlotSupplier<ActivitySlotInfo> {
  readonly type = "custom";
  readonly #limit: number;
  readonly #executionType: string;
  readonly #used = new Map<SlotPermit, ActivitySlotInfo["activityType"]>();
  /** Open polls, with the time when each was opened, in ms of the clock. */
  readonly #open = new Map<SlotPermit, number>();
  readonly #waiting: (() => void)[] = [];
  readonly #settling: (() => void)[] = [];
  /** Number of executions that may still be taken. */
  #allowance = Number.POSITIVE_INFINITY;
  #closed = false;
  readonly #now: () => number;
  #answeredAt = 0;
  /** When the worker last began to ask for a slot, or had a poll open, in ms of the clock. */
  #askedAt: number;

  /**
   * @param limit executions that run at once
   * @param executionType the activity type that the limit is for
   * @param now a clock in ms that neither a suspended machine nor a corrected wall clock moves
   */
  constructor(limit: number, executionType: string, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#askedAt = now();
    this.#limit = limit;
    this.#executionType = executionType;
  }

  /** Number of open polls. */
  get openPolls(): number {
    return this.#open.size;
  }

  /**
   * Time in ms since a poll was answered; 0 if none is open. Temporal answers each poll within a minute, with or without
   * a task.
   */
  get unansweredMs(): number {
    if (this.#open.size === 0) return 0;
    return this.#now() - Math.max(this.#answeredAt, Math.min(...this.#open.values()));
  }

  /**
   * Time in ms since the worker asked for a slot; 0 while it waits for one or a poll is open. A worker that works always
   * does one of both, except for moments.
   */
  get idleMs(): number {
    if (this.#isAsking()) return 0;
    return this.#now() - this.#askedAt;
  }

  /** Sets how many executions may be taken from now on. 0 stops polling when the open polls are answered. */
  allow(executions: number): void {
    this.#allowance = executions;
    this.#wake();
  }

  /** Stops opening polls permanently. */
  close(): void {
    this.#closed = true;
  }

  /** Resolves when no poll is open. @throws the signal's reason if it aborts first */
  async pollsAnswered(signal: AbortSignal): Promise<void> {
    while (this.#open.size > 0) {
      signal.throwIfAborted();
      await waitInQueue(this.#settling, signal);
    }
  }

  /** Resolves when no activity runs or waits. @throws the signal's reason if it aborts first */
  async activitiesEnded(signal: AbortSignal): Promise<void> {
    while (this.#used.size > 0) {
      signal.throwIfAborted();
      await waitInQueue(this.#settling, signal);
    }
  }

  async reserveSlot(_context: unknown, signal: AbortSignal): Promise<SlotPermit> {
    for (;;) {
      signal.throwIfAborted();
      const permit = this.tryReserveSlot();
      if (permit !== null) return permit;
      await waitInQueue(this.#waiting, signal).finally(() => this.#noteAsking());
    }
  }

  tryReserveSlot(): SlotPermit | null {
    this.#noteAsking();
    if (!this.#mayPoll()) return null;
    const permit: SlotPermit = {};
    this.#open.set(permit, this.#now());
    return permit;
  }

  markSlotUsed({ permit, slotInfo }: SlotMarkUsedContext<ActivitySlotInfo>): void {
    this.#answered(permit);
    this.#used.set(permit, slotInfo.activityType);
    if (slotInfo.activityType === this.#executionType) this.#allowance = Math.max(this.#allowance - 1, 0);
    this.#wake();
  }

  releaseSlot({ permit }: SlotReleaseContext<ActivitySlotInfo>): void {
    this.#answered(permit);
    this.#used.delete(permit);
    this.#wake();
  }

  #mayPoll(): boolean {
    const open = this.#open.size;
    if (this.#closed || open >= Math.min(MAX_OPEN_POLLS, this.#allowance)) return false;
    if (this.#count(false) >= MAX_OTHER_ACTIVITIES) return false;
    const executions = this.#count(true);
    const spare = open === 0 && executions < this.#limit + MAX_WAITING_EXECUTIONS;
    return executions + open < this.#limit || spare;
  }

  #answered(permit: SlotPermit): void {
    if (!this.#open.delete(permit)) return;
    this.#answeredAt = this.#now();
    this.#noteAsking();
  }

  #isAsking(): boolean {
    return this.#open.size > 0 || this.#waiting.length > 0 || this.#closed;
  }

  #noteAsking(): void {
    this.#askedAt = this.#now();
  }

  #count(executions: boolean): number {
    let count = 0;
    for (const type of this.#used.values()) if ((type === this.#executionType) === executions) count++;
    return count;
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
    for (const wake of this.#settling.splice(0)) wake();
  }
}
