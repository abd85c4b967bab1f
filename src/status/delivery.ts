import type { StatusDelivery } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import { backoffMs } from "../shared/backoff.ts";
import { explained } from "../shared/errors.ts";
import { sleep, waitAtMost } from "../shared/time.ts";
import type { AgentExecutionStatus } from "../stigmer/index.ts";
import { beforeEnd, sameTexts } from "./finish.ts";
import type { Fitted } from "./fit-status.ts";
import { type Pace, SteadyPace, WholeStatePace } from "./pace.ts";
import { PermanentSinkError, type StatusSink, type StatusUpdate } from "./status-sink.ts";

const RETRY = { initialMs: 200, maxMs: 5_000 };
/** Share of the time until the deadline that the last update before the terminal one may take. */
const LAST_MESSAGES_SHARE = 1 / 2;

/** What is new in an offered status. */
interface News {
  /** Whether a user waits for it. */
  readonly urgent: boolean;
  /** Approximate number of bytes that are new. */
  readonly bytes: number;
}

export interface DeliveryOptions {
  readonly executionId: string;
  readonly log: Logger;
  /** Called for each update that can never succeed, except the last two. */
  readonly refused?: ((error: PermanentSinkError) => void) | undefined;
  /** Told what happens to each update. */
  readonly onDelivery?: ((delivery: StatusDelivery) => void) | undefined;
}

/**
 * Sends the updates of one execution to one sink, one at a time. While an update is being sent only the newest status is kept
 * for the next one. Nothing follows the terminal update.
 */
export class Delivery {
  readonly #sink: StatusSink;
  readonly #executionId: string;
  readonly #log: Logger;
  readonly #refused: (error: PermanentSinkError) => void;
  readonly #onDelivery: (delivery: StatusDelivery) => void;
  readonly #pace: Pace;
  /** Computes the newest status, lazily: most offered statuses are never sent. */
  #pending: (() => Fitted) | undefined;
  #urgent = false;
  #running: Promise<void> | undefined;
  #wake = Promise.withResolvers<void>();
  /** Until when the next update waits. */
  #waitsUntil = 0;
  #retryAt = 0;
  #failures = 0;
  #closed = false;
  /** The last status that was delivered. */
  #delivered: AgentExecutionStatus | undefined;

  constructor(sink: StatusSink, { executionId, log, refused, onDelivery }: DeliveryOptions) {
    this.#sink = sink;
    this.#executionId = executionId;
    this.#log = log;
    this.#refused = refused ?? (() => undefined);
    this.#onDelivery = onDelivery ?? (() => undefined);
    this.#pace = sink.sends === "changes" ? new SteadyPace() : new WholeStatePace();
  }

  /** Takes the newest status, to be sent when the pace allows it. */
  offer(status: () => Fitted, { urgent, bytes }: News): void {
    if (this.#closed) return;
    if (this.#pending !== undefined) this.#coalesced();
    this.#pending = status;
    this.#urgent ||= urgent;
    this.#pace.offered(bytes);
    if (this.#due() < this.#waitsUntil) this.#wake.resolve();
    this.#running ??= this.#run();
  }

  /** Sends the first status. Returns after the first attempt; if that failed, it is retried in the background. */
  async start(status: () => Fitted): Promise<void> {
    const attempt = this.#attempt(status);
    this.#running = attempt;
    await attempt;
    this.#running = this.#pending === undefined ? undefined : this.#run();
  }

  /**
   * Delivers the last status, with retries until the deadline. The last messages are sent in an update before it: readers
   * print that an execution has ended before they print the messages of the same update.
   * @returns whether the last status was delivered
   */
  async finish({ status, bytes }: Fitted, deadline: number): Promise<boolean> {
    this.#closed = true;
    if (this.#pending !== undefined) this.#coalesced();
    this.#pending = undefined;
    this.#wake.resolve();
    // An update that is still being sent could arrive after the last one and undo it.
    await this.#running;
    if (!sameTexts(this.#delivered?.messages ?? [], status.messages)) {
      const left = Math.max(deadline - Date.now(), 0);
      await this.#runWithRetry({ status: beforeEnd(status), bytes }, false, Date.now() + left * LAST_MESSAGES_SHARE);
    }
    const failure = await this.#runWithRetry({ status, bytes }, true, deadline);
    if (failure !== undefined)
      this.#log.error(`The final status could not be delivered to ${this.#sink.name}: ${explained(failure)}`);
    return failure === undefined;
  }

  /** @returns the last failure, if it could not be delivered before the deadline */
  async #runWithRetry({ status, bytes }: Fitted, terminal: boolean, deadline: number): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      const failure = await this.#deliver(
        { executionId: this.#executionId, status, terminal, deadline },
        { bytes, isRetry: attempt > 1 },
      );
      if (failure === undefined) return undefined;
      const wait = backoffMs(attempt, RETRY);
      if (failure instanceof PermanentSinkError || Date.now() + wait >= deadline) return failure;
      if (attempt === 1 && terminal)
        this.#log.warn(
          `The final status could not be delivered to ${this.#sink.name} yet and is retried: ${explained(failure)}`,
        );
      await sleep(wait);
    }
  }

  async #run(): Promise<void> {
    while (!this.#closed && this.#pending !== undefined) {
      await this.#waitUntilDue();
      if (this.#closed) return;
      const status = this.#pending;
      this.#pending = undefined;
      await this.#attempt(status);
    }
    this.#running = undefined;
  }

  async #attempt(make: () => Fitted): Promise<void> {
    this.#urgent = false;
    const { status, bytes } = make();
    const at = Date.now();
    const failure = await this.#deliver(
      { executionId: this.#executionId, status, terminal: false },
      { bytes, isRetry: this.#failures > 0 },
    );
    if (failure === undefined) {
      this.#failures = 0;
      this.#pace.sent(bytes, at);
      return;
    }
    if (this.#failures++ === 0)
      this.#log.warn(`A status update could not be delivered to ${this.#sink.name}: ${explained(failure)}`);
    // It is retried, unless a newer one was offered meanwhile.
    if (failure instanceof PermanentSinkError) this.#refused(failure);
    else this.#pending ??= make;
    this.#retryAt = Date.now() + backoffMs(this.#failures, RETRY);
    this.#urgent = false;
  }

  #due(): number {
    return Math.max(this.#pace.due(this.#urgent), this.#retryAt);
  }

  async #waitUntilDue(): Promise<void> {
    while (!this.#closed && Date.now() < this.#due()) {
      this.#waitsUntil = this.#due();
      this.#wake = Promise.withResolvers<void>();
      await waitAtMost(this.#wake.promise, this.#waitsUntil - Date.now());
    }
    this.#waitsUntil = 0;
  }

  async #deliver(update: StatusUpdate, of: { readonly bytes: number; readonly isRetry: boolean }): Promise<unknown> {
    const startedAt = performance.now();
    const failure = await this.#attemptOf(update);
    this.#onDelivery({
      type: "status-sent",
      sink: this.#sink.name,
      at: new Date(),
      outcome: failure === undefined ? "delivered" : failure instanceof PermanentSinkError ? "refused" : "failed",
      isTerminal: update.terminal,
      durationMs: performance.now() - startedAt,
      ...of,
    });
    return failure;
  }

  /** @returns why it failed */
  async #attemptOf(update: StatusUpdate): Promise<unknown> {
    try {
      await this.#sink.deliver(update);
      this.#delivered = update.status;
      return undefined;
    } catch (error) {
      return error ?? new Error("unknown failure");
    }
  }

  #coalesced(): void {
    this.#onDelivery({ type: "status-coalesced", sink: this.#sink.name, at: new Date() });
  }
}
