import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import type { HealthCheck, HealthProblem } from "../shared/health.ts";
import { withRemedies } from "../shared/runner-error.ts";
import { sleep } from "../shared/time.ts";

/** Between the end of a check and its next beginning: with the limit below, a failure is noticed within 10 s. */
const INTERVAL_MS = 3_000;
/** How long a check may take before it counts as failed; it goes on, and may still say why. */
const CHECK_LIMIT_MS = 5_000;

/** What a check last said. */
export interface CheckResult {
  readonly name: string;
  readonly status: "ok" | HealthProblem["status"];
  /** What is wrong, unless it is `ok`. */
  readonly reason?: string;
  /** What to do about it, each a sentence. */
  readonly remedies?: readonly string[];
}

/**
 * Makes the checks again and again, each by itself, and remembers what they said: probes must be answered at once, and a
 * check that hangs must not hide the others.
 */
export class HealthMonitor {
  readonly #checks: readonly HealthCheck[];
  readonly #log: Logger;
  readonly #onChange: () => void;
  readonly #stop = new AbortController();
  readonly #results = new Map<string, CheckResult>();
  /** Ends the pause before each check's next round. */
  #hurry = new AbortController();

  /** @param onChange told when each check was made once, and then whenever one has another result than before */
  constructor(checks: readonly HealthCheck[], log: Logger, onChange: () => void = () => undefined) {
    this.#checks = checks;
    this.#log = log;
    this.#onChange = onChange;
  }

  /** Makes the checks once and goes on making them in the background. */
  async start(): Promise<void> {
    await Promise.all(this.#checks.map((check) => this.#round(check)));
    for (const check of this.#checks) void this.#loop(check);
  }

  /** Absent before each check was made. */
  get results(): readonly CheckResult[] | undefined {
    if (this.#results.size < this.#checks.length) return undefined;
    return this.#checks.flatMap(({ name, isSilentWhileOk = false }) => {
      const result = this.#results.get(name);
      return result === undefined || (isSilentWhileOk && result.status === "ok") ? [] : [result];
    });
  }

  /** Names of what fails and keeps executions from being taken; a check that was not made yet does so too. */
  get blocking(): readonly string[] {
    return this.#checks
      .filter(({ name, stopsWork = true }) => stopsWork && (this.#results.get(name)?.status ?? "failed") === "failed")
      .map(({ name }) => name);
  }

  /** Makes the checks now: something failed that they may know the reason of. */
  recheck(): void {
    this.#hurry.abort();
    this.#hurry = new AbortController();
  }

  stop(): void {
    this.#stop.abort();
  }

  async #loop(check: HealthCheck): Promise<void> {
    for (;;) {
      const hurry = this.#hurry.signal;
      await sleep(INTERVAL_MS, AbortSignal.any([this.#stop.signal, hurry]));
      if (this.#stop.signal.aborted) return;
      await this.#round(check, hurry.aborted);
    }
  }

  /** A check keeps its own limit; one that does not, or that fails in itself, is a failure too. */
  async #round(check: HealthCheck, isUrgent = false): Promise<void> {
    const late = setTimeout(
      () => this.#take(check, { status: "failed", reason: `no answer within ${CHECK_LIMIT_MS / 1000} s` }),
      CHECK_LIMIT_MS,
    );
    const finding = await check.check(isUrgent).catch((error: unknown) => ({
      status: "failed" as const,
      reason: messageOf(error),
    }));
    clearTimeout(late);
    this.#take(check, finding);
  }

  #take({ name }: HealthCheck, finding: HealthProblem | undefined): void {
    if (this.#stop.signal.aborted) return;
    const before = this.#results.get(name);
    const result: CheckResult = { name, ...(finding ?? { status: "ok" }) };
    this.#results.set(name, result);
    const areAllMade = this.#results.size === this.#checks.length;
    if (areAllMade && before?.status !== result.status) this.#onChange();
    if (result.status === (before?.status ?? "ok")) return;
    if (result.status === "ok") this.#log.info(`${name} has recovered`);
    else {
      const text = withRemedies(result.reason ?? "", result.remedies ?? []);
      this.#log.warn(`${name} is ${result.status === "failed" ? "unhealthy" : "degraded"}: ${text}`);
    }
  }
}
