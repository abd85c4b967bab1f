import type { Logger } from "../log/index.ts";
import { humanDuration } from "../shared/time.ts";

/** Interval of the samples. */
const SAMPLE_MS = 250;
/** How long samples are kept. */
const WINDOW_MS = 60_000;
/** A loop that was blocked this long has missed heartbeats, and answers to probes. */
const BLOCK_MS = 5_000;
/** How long a block is reported after its end: longer than the usual period of probes, which would miss it otherwise. */
const REPORT_MS = 15_000;

/** How late timers were in the last minute, in ms. */
export interface EventLoopDelay {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

interface Sample {
  /** When it was taken, in ms of the monotonic clock. */
  readonly at: number;
  readonly delayMs: number;
}

/** What the monitor is given. Tests replace the clock. */
interface EventLoopMonitorDeps {
  readonly log: Pick<Logger, "warn">;
  /** A clock that a suspended machine stops: its sleep is no block. In ms. */
  readonly now?: () => number;
}

/** Measures how late timers are. While a function blocks the loop, nothing else runs: no heartbeat, no probe. */
export class EventLoopMonitor {
  readonly #log: Pick<Logger, "warn">;
  readonly #now: () => number;
  /** Oldest first. */
  #samples: Sample[] = [];
  #expectedAt: number;
  #lastBlock: Sample | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor({ log, now = () => performance.now() }: EventLoopMonitorDeps) {
    this.#log = log;
    this.#now = now;
    this.#expectedAt = now() + SAMPLE_MS;
  }

  /** Samples from now on. Does not keep the process alive. */
  start(): this {
    this.#expectedAt = this.#now() + SAMPLE_MS;
    this.#timer = setInterval(() => this.sample(), SAMPLE_MS);
    this.#timer.unref();
    return this;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Takes a sample; the timer calls it. */
  sample(): void {
    const at = this.#now();
    const delayMs = Math.max(at - this.#expectedAt, 0);
    this.#expectedAt = at + SAMPLE_MS;
    this.#samples.push({ at, delayMs });
    const kept = this.#samples.findIndex((sample) => at - sample.at <= WINDOW_MS);
    if (kept > 0) this.#samples = this.#samples.slice(kept);
    if (delayMs < BLOCK_MS) return;
    this.#lastBlock = { at, delayMs };
    this.#log.warn(
      `The event loop was blocked for ${humanDuration(delayMs)}: no heartbeat was sent and no probe was answered meanwhile`,
    );
  }

  /** Zeros before the first sample. */
  get delay(): EventLoopDelay {
    const sorted = this.#samples.map(({ delayMs }) => delayMs).sort((a, b) => a - b);
    const at = (share: number) => round(sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0);
    return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
  }

  /** Why the process is not alive: a block of the last seconds. A request may be answered before the timer notices one. */
  get block(): string | undefined {
    const now = this.#now();
    if (now - this.#expectedAt >= BLOCK_MS) return blockText(now - this.#expectedAt, 0);
    const last = this.#lastBlock;
    if (last === undefined || now - last.at >= REPORT_MS) return undefined;
    return blockText(last.delayMs, now - last.at);
  }
}

function blockText(durationMs: number, agoMs: number): string {
  const ago = agoMs < 1_000 ? "just now" : `${humanDuration(agoMs)} ago`;
  return `the event loop was blocked for ${humanDuration(durationMs)}, until ${ago}`;
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
