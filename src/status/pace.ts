/** Minimum time between two updates that are not urgent. */
export const UPDATE_INTERVAL_MS = 250;

/** Up to this size a whole state is sent as soon as something urgent happens, in bytes. */
export const SMALL_BYTES = 32 * 1024;
/** A large state is sent again when this share of it is new. */
const GROWTH = 1 / 3;
/** Rate limits for large states with little news: the maximum, and the average after the initial burst. */
const MAX_BYTES_PER_SECOND = 256 * 1024;
const BYTES_PER_SECOND = 24 * 1024;
/** Bytes that may be sent at the maximum rate before the average applies. */
const BURST_BYTES = 3 * 1024 * 1024;

/** Decides when the next update may be sent. Times are in ms since the epoch. */
export interface Pace {
  /** Records that a number of bytes of the status are new. */
  offered(bytes: number): void;
  /** When the offered status may be sent. */
  due(urgent: boolean): number;
  /** Records that a status of this size was sent. */
  sent(bytes: number, at: number): void;
}

/** For sinks that send changes only: urgent updates at once, others after an interval. */
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
 * For sinks that can only send whole states: their total size must not grow with the square of the number of events.
 * Small states are sent like {@link SteadyPace} does. A large one is sent as soon as a third of it is new, and otherwise
 * at an interval that grows with its size. An execution therefore sends at most
 * 4 × new bytes + 3 MiB + 24 KiB/s, not counting states up to {@link SMALL_BYTES}, the first and the last one.
 */
export class WholeStatePace implements Pace {
  #lastSent = 0;
  #size = 0;
  #new = 0;
  /** Bytes that may be sent although little is new. */
  #budget = BURST_BYTES;
  #budgetAt = 0;

  offered(bytes: number): void {
    this.#new += bytes;
  }

  due(urgent: boolean): number {
    const soonest = urgent ? 0 : this.#lastSent + UPDATE_INTERVAL_MS;
    if (this.#size <= SMALL_BYTES) return soonest;
    if (this.#isGrowth()) return soonest;
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
