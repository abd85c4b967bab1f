import type { Logger } from "../log/index.ts";
import { backoffMs } from "../shared/backoff.ts";
import { messageOf } from "../shared/errors.ts";
import { sleep } from "../shared/time.ts";
import type { AgentExecutionStatus } from "../stigmer/index.ts";
import { PermanentSinkError, type StatusSink } from "./status-sink.ts";

/** Shortest time between two updates of what is not urgent. */
export const UPDATE_INTERVAL_MS = 250;
const RETRY = { firstMs: 200, mostMs: 5_000 };

/** The updates of one execution to one sink: one under way at a time, of those that wait only the newest, the last one last. */
export class Delivery {
  readonly #sink: StatusSink;
  readonly #executionId: string;
  readonly #log: Logger;
  readonly #refused: (error: PermanentSinkError) => void;
  /** Makes the newest status; only what is sent is made. */
  #pending: (() => AgentExecutionStatus) | undefined;
  #urgent = false;
  #running: Promise<void> | undefined;
  #wake = Promise.withResolvers<void>();
  #lastSent = 0;
  #failures = 0;
  #closed = false;

  /** @param refused told of each update that will never succeed, but not of the last one */
  constructor(
    sink: StatusSink,
    executionId: string,
    log: Logger,
    refused: (error: PermanentSinkError) => void = () => undefined,
  ) {
    this.#sink = sink;
    this.#executionId = executionId;
    this.#log = log;
    this.#refused = refused;
  }

  /** Takes the newest status; an urgent one does not wait for the interval to pass. */
  offer(status: () => AgentExecutionStatus, urgent: boolean): void {
    if (this.#closed) return;
    this.#pending = status;
    this.#urgent ||= urgent;
    if (urgent) this.#wake.resolve();
    this.#running ??= this.#run();
  }

  /** Delivers the first status and returns when that was tried; where it failed, it goes on by itself. */
  async start(status: () => AgentExecutionStatus): Promise<void> {
    const attempt = this.#attempt(status);
    this.#running = attempt;
    await attempt;
    this.#running = this.#pending === undefined ? undefined : this.#run();
  }

  /**
   * Delivers the last status, and tries until it succeeded or the deadline has passed.
   * @returns whether it was delivered
   */
  async finish(status: AgentExecutionStatus, deadline: number): Promise<boolean> {
    this.#closed = true;
    this.#pending = undefined;
    this.#wake.resolve();
    // An update that is still under way could arrive after the last one and undo it.
    await this.#running;
    for (let attempt = 1; ; attempt++) {
      const failure = await this.#deliver(status, true);
      if (failure === undefined) return true;
      const wait = backoffMs(attempt, RETRY);
      if (failure instanceof PermanentSinkError || Date.now() + wait >= deadline) {
        this.#log.error(`The final status could not be delivered to ${this.#sink.name}: ${messageOf(failure)}`);
        return false;
      }
      if (attempt === 1)
        this.#log.warn(
          `The final status could not be delivered to ${this.#sink.name} yet, trying again: ${messageOf(failure)}`,
        );
      await sleep(wait);
    }
  }

  async #run(): Promise<void> {
    while (!this.#closed && this.#pending !== undefined) {
      await this.#untilDue();
      if (this.#closed) return;
      const status = this.#pending;
      this.#pending = undefined;
      await this.#attempt(status);
    }
    this.#running = undefined;
  }

  async #attempt(status: () => AgentExecutionStatus): Promise<void> {
    this.#urgent = false;
    const failure = await this.#deliver(status(), false);
    if (failure === undefined) {
      this.#failures = 0;
      return;
    }
    if (this.#failures++ === 0)
      this.#log.warn(`A status update could not be delivered to ${this.#sink.name}: ${messageOf(failure)}`);
    // Newer ones may have come meanwhile; else this one is tried again.
    if (failure instanceof PermanentSinkError) this.#refused(failure);
    else this.#pending ??= status;
    this.#lastSent = Date.now() + backoffMs(this.#failures, RETRY);
    this.#urgent = false;
  }

  /** Waits for the interval since the last update to pass, or for something urgent. */
  async #untilDue(): Promise<void> {
    const due = this.#lastSent + UPDATE_INTERVAL_MS;
    while (!this.#closed && !this.#urgent && Date.now() < due) {
      this.#wake = Promise.withResolvers<void>();
      const over = new AbortController();
      await Promise.race([sleep(due - Date.now(), over.signal), this.#wake.promise]);
      over.abort();
    }
  }

  async #deliver(status: AgentExecutionStatus, terminal: boolean): Promise<unknown> {
    this.#lastSent = Date.now();
    try {
      await this.#sink.deliver({ executionId: this.#executionId, status, terminal });
      return undefined;
    } catch (error) {
      return error ?? new Error("unknown failure");
    }
  }
}
