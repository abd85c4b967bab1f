import type { Ticket } from "./ticket.ts";

const MIN_MS = 250;
const MAX_MS = 1_000;
/** What is older than this has no earlier one on its way. */
const FRESH_MS = 10_000;

/**
 * Tasks overtake each other: an earlier execution may still be on its way to its announcement when a later one finds its
 * thread free. So a fresh one waits for as long as it was itself on its way, within limits; time in the queue counts.
 */
export class Settling {
  readonly #ms: number;
  #until: number | undefined;

  constructor({ order }: Ticket) {
    const age = Date.now() - order;
    this.#ms = age > FRESH_MS ? 0 : Math.min(Math.max(age, MIN_MS), MAX_MS);
  }

  /** How long a thread that is free is still left to others; 0 when it may be taken. */
  get leftMs(): number {
    return this.#until === undefined ? this.#ms : Math.max(Math.ceil(this.#until - performance.now()), 0);
  }

  /** Begins with the first claim that has to wait. @param ms instead of its own time */
  begin(ms: number = this.#ms): void {
    this.#until ??= performance.now() + ms;
  }
}
