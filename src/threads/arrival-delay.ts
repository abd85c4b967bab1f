import type { Ticket } from "./ticket.ts";
import { type RemainingDelay, TICKET_TTL_MS } from "./ticket-store.ts";

const MIN_MS = 250;
const MAX_MS = 1_000;
/** For an execution older than this, no earlier one can still be on its way. */
const FRESH_MS = 10_000;
/** Within this time the holder renews its lock and every waiter polls again. */
const REJOIN_MS = TICKET_TTL_MS / 3 + 2_000;

/**
 * How long an execution leaves a free thread to others. Temporal may dispatch tasks out of order: an earlier execution
 * may not have been announced yet when a later one finds the thread free. A recently created execution therefore waits
 * as long as it was itself on its way, within limits; time spent in the queue counts.
 */
export class ArrivalDelay {
  #ms: number;
  #until: number | undefined;
  #appliesWhenAlone = false;

  constructor({ order }: Ticket) {
    const age = Date.now() - order;
    this.#ms = age > FRESH_MS ? 0 : Math.min(Math.max(age, MIN_MS), MAX_MS);
  }

  /** The remaining delay. */
  get remaining(): RemainingDelay {
    const ms = this.#until === undefined ? this.#ms : Math.max(Math.ceil(this.#until - performance.now()), 0);
    return { ms, appliesWhenAlone: this.#appliesWhenAlone };
  }

  /** Starts the delay at the first refused claim. @param ms overrides the delay */
  begin(ms: number = this.#ms): void {
    this.#until ??= performance.now() + ms;
  }

  /**
   * Starts again after the claim was dropped: the shared store may have lost its data, and holder and waiters then need
   * time to register again.
   */
  restart(): void {
    this.#ms = REJOIN_MS;
    this.#until = performance.now() + REJOIN_MS;
    this.#appliesWhenAlone = true;
  }
}
