import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import type { Finding, HealthCheck } from "../shared/health.ts";
import { sleep, withTimeout } from "../shared/time.ts";

/** How often the checks are made. */
const INTERVAL_MS = 5_000;

/** Longer than every check's own limit. */
const CHECK_LIMIT_MS = 15_000;

/** What a check last said. */
export interface CheckResult {
  readonly name: string;
  readonly status: "ok" | Finding["status"];
  /** What is wrong, unless it is `ok`. */
  readonly reason?: string;
}

/** Makes the checks again and again, and remembers what they said: probes must be answered at once. */
export class HealthMonitor {
  readonly #checks: readonly HealthCheck[];
  readonly #log: Logger;
  readonly #stop = new AbortController();
  #results: readonly CheckResult[] | undefined;

  constructor(checks: readonly HealthCheck[], log: Logger) {
    this.#checks = checks;
    this.#log = log;
  }

  /** Makes the checks once and goes on making them in the background. */
  async start(): Promise<void> {
    await this.#round();
    void this.#loop();
  }

  /** Absent before the checks were made for the first time. */
  get results(): readonly CheckResult[] | undefined {
    return this.#results;
  }

  stop(): void {
    this.#stop.abort();
  }

  async #loop(): Promise<void> {
    for (;;) {
      await sleep(INTERVAL_MS, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      await this.#round();
    }
  }

  async #round(): Promise<void> {
    const before = new Map(this.#results?.map((result) => [result.name, result]));
    this.#results = await Promise.all(this.#checks.map(resultOf));
    for (const { name, status, reason } of this.#results) {
      if (status === (before.get(name)?.status ?? "ok")) continue;
      if (status === "ok") this.#log.info(`${name} is well again`);
      else this.#log.warn(`${name} is ${status === "failed" ? "not well" : status}: ${reason}`);
    }
  }
}

/** A check keeps its own limit; one that does not, or that fails in itself, must not hide the others. */
async function resultOf(check: HealthCheck): Promise<CheckResult> {
  const { name } = check;
  try {
    const tooLate = () => new Error(`no answer within ${CHECK_LIMIT_MS / 1000} s`);
    return { name, ...((await withTimeout(check.check(), CHECK_LIMIT_MS, tooLate)) ?? { status: "ok" }) };
  } catch (error) {
    return { name, status: "failed", reason: messageOf(error) };
  }
}
