/** How much may be written in how much time. */
export interface LogBudget {
  readonly lines: number;
  readonly windowMs: number;
}

/** Enough to see what happens, too little for a port scanner to fill a disk. */
const DEFAULT_BUDGET: LogBudget = { lines: 20, windowMs: 60_000 };

/** Writes lines that others cause, up to a number in each window; how many were left out is told at its end. */
export class BoundedLog {
  readonly #budget: LogBudget;
  readonly #tellDropped: (count: number) => void;
  #left: number;
  #dropped = 0;
  #isCounting = false;

  constructor(tellDropped: (count: number) => void, budget: LogBudget = DEFAULT_BUDGET) {
    this.#budget = budget;
    this.#tellDropped = tellDropped;
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
    if (dropped > 0) this.#tellDropped(dropped);
  }
}
