/** Shortest time between two updates of what is not urgent. */
export const UPDATE_INTERVAL_MS = 250;

/** Up to this size a whole state is sent as soon as something urgent happens. */
export const SMALL_BYTES = 32 * 1024;
/** Share of a large state that has to be new for the next update. */
const GROWTH = 1 / 3;
/** Of a large state, with less that is new, this much is sent per second: at most, and on average after a first while. */
const MAX_BYTES_PER_SECOND = 256 * 1024;
const BYTES_PER_SECOND = 24 * 1024;
/** What may be sent at the higher rate before the average counts. */
const BURST_BYTES = 3 * 1024 * 1024;

/** Says when the next update may be sent. Times are in ms since the epoch. */
export interface Pace {
  /** Takes that so many bytes of the status are new. */
  offered(bytes: number): void;
  /** When what is offered may be sent. */
  due(urgent: boolean): number;
  /** Takes that a status of this size was sent. */
  sent(bytes: number, at: number): void;
}

/** For sinks that send what has changed: urgent updates at once, others after an interval. */
export class SteadyPace implements Pace {
  #lastSent = 0;

  offered(): void {}

  due(urgent: boolean): number {
    return urgent ? 0 : this.#lastSent + UPDATE_INTERVAL_MS;
  }

  sent(_bytes: number, at: number): void {
    this.#lastSent = at;
  }
}

/**
 * For sinks that can only send whole states: what they cost must not grow with the square of what happens. Small states
 * are sent as {@link SteadyPace} does. A large one is sent when a third of it is new, however fast that comes, or else at
 * an interval that grows with its size. So the bytes of an execution are at most
 * 4 × what is new + 3 MiB + 24 KiB × its seconds, besides the states up to {@link SMALL_BYTES}, the first and the last.
 */
export class WholeStatePace implements Pace {
  #lastSent = 0;
  #size = 0;
  #new = 0;
  /** Bytes that may be sent though little is new. */
  #budget = BURST_BYTES;
  #budgetAt = 0;

  offered(bytes: number): void {
    this.#new += bytes;
  }

  due(urgent: boolean): number {
    const soonest = urgent ? 0 : this.#lastSent + UPDATE_INTERVAL_MS;
    if (this.#size <= SMALL_BYTES) return soonest;
    if (this.#isGrowth()) return Math.max(soonest, 0);
    const affordable = this.#budgetAt + (Math.max(this.#size - this.#budget, 0) / BYTES_PER_SECOND) * 1000;
    const interval = (this.#size / MAX_BYTES_PER_SECOND) * 1000;
    return Math.max(this.#lastSent + Math.max(interval, UPDATE_INTERVAL_MS), affordable);
  }

  sent(bytes: number, at: number): void {
    const charged = this.#size > SMALL_BYTES && !this.#isGrowth() ? bytes : 0;
    const earned = this.#budgetAt === 0 ? 0 : ((at - this.#budgetAt) / 1000) * BYTES_PER_SECOND;
    this.#budget = Math.min(this.#budget + earned, BURST_BYTES) - charged;
    this.#budgetAt = at;
    this.#lastSent = at;
    this.#size = bytes;
    this.#new = 0;
  }

  #isGrowth(): boolean {
    return this.#new >= this.#size * GROWTH;
  }
}
