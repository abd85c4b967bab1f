import type { Ticket } from "./ticket.ts";
import { type Settle, TICKET_TTL_MS } from "./ticket-store.ts";

const MIN_MS = 250;
const MAX_MS = 1_000;
/** What is older than this has no earlier one on its way. */
const FRESH_MS = 10_000;
/** Within this time who has the thread renews it, and who waits for it looks again. */
const REJOIN_MS = TICKET_TTL_MS / 3 + 2_000;

/**
 * Tasks overtake each other: an earlier execution may still be on its way to its announcement when a later one finds its
 * thread free. So a fresh one waits for as long as it was itself on its way, within limits; time in the queue counts.
 */
export class SettlingDelay {
  #ms: number;
  #until: number | undefined;
  #evenAlone = false;

  constructor({ order }: Ticket) {
    const age = Date.now() - order;
    this.#ms = age > FRESH_MS ? 0 : Math.min(Math.max(age, MIN_MS), MAX_MS);
  }

  /** For how long a thread that is free is still left to others. */
  get left(): Settle {
    const ms = this.#until === undefined ? this.#ms : Math.max(Math.ceil(this.#until - performance.now()), 0);
    return { ms, evenAlone: this.#evenAlone };
  }

  /** Begins with the first claim that has to wait. @param ms instead of its own time */
  begin(ms: number = this.#ms): void {
    this.#until ??= performance.now() + ms;
  }

  /** Begins once more, since what is shared was emptied: who had the thread, and who is first, is yet to be seen. */
  restart(): void {
    this.#ms = REJOIN_MS;
    this.#until = performance.now() + REJOIN_MS;
    this.#evenAlone = true;
  }
}
