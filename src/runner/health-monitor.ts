import type { Logger } from "../log/index.ts";
import type { HealthCheck } from "../shared/health.ts";
import { sleep } from "../shared/time.ts";

/** How often the checks are made. */
const INTERVAL_MS = 5_000;

/** What a check last said. */
export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  /** What is wrong. */
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
    this.#results = await Promise.all(
      this.#checks.map(async ({ name, check }): Promise<CheckResult> => {
        const reason = await check();
        return reason === undefined ? { name, ok: true } : { name, ok: false, reason };
      }),
    );
    for (const { name, ok, reason } of this.#results) {
      const wasOk = before.get(name)?.ok ?? true;
      if (wasOk && !ok) this.#log.warn(`${name} is not well: ${reason}`);
      if (!wasOk && ok) this.#log.info(`${name} is well again`);
    }
  }
}
