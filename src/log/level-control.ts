import { LOG_LEVELS, type LogLevel } from "../shared/log-names.ts";

export interface LevelChange {
  /** Until the configured level returns; without it the level stays until the process ends. */
  readonly forMs: number;
  /** Called once the configured level is back. What it logs is written if it would have been before. */
  readonly onReturned: () => void;
}

/** The lowest level that is logged, shared by all loggers of one root. It can change at run time. */
export class LevelControl {
  /** The level that the process was started with. */
  readonly configured: LogLevel;
  #level: LogLevel;
  #until: Date | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(configured: LogLevel) {
    this.configured = configured;
    this.#level = configured;
  }

  get level(): LogLevel {
    return this.#level;
  }

  /** When the configured level returns by itself. */
  get until(): Date | undefined {
    return this.#until;
  }

  isEnabled(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(this.#level);
  }

  /** Replaces the level, and what an earlier change had planned. */
  set(level: LogLevel, change?: LevelChange): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#until = undefined;
    this.#level = level;
    if (change === undefined || level === this.configured) return;
    this.#until = new Date(Date.now() + change.forMs);
    // Does not keep the process alive.
    this.#timer = setTimeout(() => {
      this.set(this.configured);
      this.including(level, change.onReturned);
    }, change.forMs).unref();
  }

  /** Also writes what `level` would show: whoever makes the log quieter must not hide that. */
  including(level: LogLevel, write: () => void): void {
    const current = this.#level;
    if (!this.isEnabled(level)) this.#level = level;
    try {
      write();
    } finally {
      this.#level = current;
    }
  }
}
