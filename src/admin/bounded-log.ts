/** How many lines may be written in a window of time. */
export interface LogBudget {
  readonly lines: number;
  readonly windowMs: number;
}

/** Enough to see what happens, too little for a port scanner to fill the disk. */
const DEFAULT_BUDGET: LogBudget = { lines: 20, windowMs: 60_000 };

/** Limits the lines that others cause in the log. At the end of each window it reports how many were dropped. */
export class BoundedLog {
  readonly #budget: LogBudget;
  readonly #reportDropped: (count: number) => void;
  #left: number;
  #dropped = 0;
  #isCounting = false;

  constructor(reportDropped: (count: number) => void, budget: LogBudget = DEFAULT_BUDGET) {
    this.#budget = budget;
    this.#reportDropped = reportDropped;
    this.#left = budget.lines;
  }

  write(line: () => void): void {
    if (this.#left === 0) {
      this.#dropped++;
      return;
    }
    this.#left--;
    if (!this.#isCounting) {
      this.#isCounting = true;
      // Does not keep the process alive.
      setTimeout(() => this.#renew(), this.#budget.windowMs).unref();
    }
    line();
  }

  #renew(): void {
    const dropped = this.#dropped;
    this.#left = this.#budget.lines;
    this.#dropped = 0;
    this.#isCounting = false;
    if (dropped > 0) this.#reportDropped(dropped);
  }
}
