import type { ExecutionRegistry } from "../executions/index.ts";

/** The first check after the start: what the start has loaded and compiled is not needed again. */
const FIRST_CHECK_MS = 1_000;
/** Interval between checks. Long enough that a session in which a user types does not lose its compiled code. */
const CHECK_MS = 120_000;

/**
 * Returns memory to the system when no execution has run for a while: garbage, and compiled code, which is compiled again
 * when it runs again. Bun does not do that for a process whose timers and connections never rest.
 */
export class IdleMemory {
  readonly #executions: Pick<ExecutionRegistry, "count" | "finished">;
  readonly #release: () => void;
  #seen: number;
  #released: number | undefined;

  /** @param release returns the memory; blocks for some 10 ms */
  constructor(executions: Pick<ExecutionRegistry, "count" | "finished">, release = releaseMemory) {
    this.#executions = executions;
    this.#release = release;
    this.#seen = executions.finished;
  }

  /** Checks from now on, until the signal aborts. */
  watch(signal: AbortSignal): void {
    const check = () => this.check();
    const first = setTimeout(check, FIRST_CHECK_MS);
    const timer = setInterval(check, CHECK_MS);
    first.unref();
    timer.unref();
    signal.addEventListener("abort", () => {
      clearTimeout(first);
      clearInterval(timer);
    });
  }

  /** Releases memory once after each time of work: if nothing runs, and nothing has run since the last check. */
  check(): void {
    const { count, finished } = this.#executions;
    const isIdle = count === 0 && finished === this.#seen;
    this.#seen = finished;
    if (!isIdle || this.#released === finished) return;
    this.#released = finished;
    this.#release();
  }
}

function releaseMemory(): void {
  Bun.gc(true);
  Bun.shrink();
}
