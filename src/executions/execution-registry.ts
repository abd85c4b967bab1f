import type { ExecutionInfo, ExecutionObservation } from "./execution-observer.ts";
import { advance, beginProgress } from "./execution-progress.ts";
import { type ActiveExecution, type EndedExecution, endRecord } from "./execution-record.ts";
import { StopReason, stopReasons } from "./stop-reason.ts";

/** Ended executions that are remembered. */
export const MAX_ENDED = 100;

/** An execution in the registry, for the activity that runs it. */
export interface RegisteredExecution extends ExecutionObservation {
  readonly id: string;
  readonly startedAt: Date;
  /** Aborts with a StopReason. */
  readonly signal: AbortSignal;
  /** Ends the execution. Only the first reason counts. */
  stop(reason: StopReason): void;
}

interface Entry extends RegisteredExecution {
  record(): ActiveExecution;
}

/**
 * The executions that this runner has taken, and the last ones that ended. An id may be registered more than once at a
 * time, when Temporal retries an activity.
 */
export class ExecutionRegistry {
  readonly #active = new Set<Entry>();
  readonly #ended: EndedExecution[] = [];
  #idle = Promise.withResolvers<void>();
  #finished = 0;
  #cutOff = 0;
  #sequence = 0;
  /** Why each execution that still arrives is ended at once. */
  #stopLate: (() => StopReason) | undefined;

  begin(execution: ExecutionInfo): RegisteredExecution {
    const controller = new AbortController();
    let progress = beginProgress(execution, ++this.#sequence);
    const entry: Entry = {
      id: execution.id,
      startedAt: execution.startedAt,
      signal: controller.signal,
      record: () => {
        const reason: unknown = controller.signal.reason;
        return reason instanceof StopReason ? { ...progress.record, stopReason: reason } : progress.record;
      },
      stop: (reason) => controller.abort(reason),
      event: (event) => {
        progress = advance(progress, event);
      },
      end: (outcome) => {
        if (!this.#active.delete(entry)) return;
        this.#finished++;
        if (outcome.phase === "failed" && entry.record().stopReason?.code === "runner-stopped") this.#cutOff++;
        this.#ended.unshift(endRecord(entry.record(), outcome, new Date()));
        this.#ended.splice(MAX_ENDED);
        if (this.#active.size === 0) this.#idle.resolve();
      },
    };
    if (this.#active.size === 0) this.#idle = Promise.withResolvers();
    this.#active.add(entry);
    if (this.#stopLate !== undefined) entry.stop(this.#stopLate());
    return entry;
  }

  /** The executions that run or wait here, oldest first. */
  list(): ActiveExecution[] {
    return [...this.#active].map((entry) => entry.record());
  }

  /** The last executions that ended, newest first, at most {@link MAX_ENDED}. */
  listEnded(): readonly EndedExecution[] {
    return [...this.#ended];
  }

  /** @returns `undefined` if it is not here, or has ended and is no longer remembered */
  get(id: string): ActiveExecution | EndedExecution | undefined {
    return this.list().findLast((record) => record.id === id) ?? this.#ended.find((record) => record.id === id);
  }

  /**
   * Ends an execution as CANCELLED, as if its user had cancelled it.
   * @returns whether there was one to cancel; one that already ends is not changed
   */
  cancel(id: string): boolean {
    const found = [...this.#active].filter((entry) => entry.id === id && entry.record().stage !== "ending");
    for (const entry of found) entry.stop(stopReasons.cancelledByOperator());
    return found.length > 0;
  }

  /** Ends all executions as CANCELLED, and each one that still arrives: an operator wants the runner to leave soon. */
  cancelAll(): void {
    this.#stopLate ??= stopReasons.cancelledByOperator;
    for (const entry of this.#active)
      if (entry.record().stage !== "ending") entry.stop(stopReasons.cancelledByOperator());
  }

  /** How many executions run or wait here. */
  get count(): number {
    return this.#active.size;
  }

  /** How many have ended since the start. */
  get finished(): number {
    return this.#finished;
  }

  /** How many of those could not finish, because the runner stopped. */
  get cutOff(): number {
    return this.#cutOff;
  }

  /** Ends all executions, and each one that still arrives: the runner stops. */
  stopAll(): void {
    this.#stopLate = stopReasons.runnerStopped;
    for (const entry of this.#active) entry.stop(stopReasons.runnerStopped());
  }

  /** Resolves when no execution is left. */
  async idle(): Promise<void> {
    if (this.#active.size > 0) await this.#idle.promise;
  }
}
