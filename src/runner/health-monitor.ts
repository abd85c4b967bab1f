import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import type { HealthCheck, HealthProblem } from "../shared/health.ts";
import { withRemedies } from "../shared/runner-error.ts";
import { sleep } from "../shared/time.ts";

/** Pause between two runs of a check. With the limit below, a failure is noticed within 10 s. */
const INTERVAL_MS = 3_000;
/** How long a check may take before it counts as failed. It goes on, and may still report why. */
const CHECK_LIMIT_MS = 5_000;

/** The last result of a check. */
export interface CheckResult extends Partial<CheckHistory> {
  readonly name: string;
  readonly status: "ok" | HealthProblem["status"];
  /** What is wrong, unless it is `ok`. */
  readonly reason?: string;
  /** What to do about it, each a sentence. */
  readonly remedies?: readonly string[];
}

/** When a check had which results. */
interface CheckHistory {
  /** How long the last run took; of one that goes on, how long it was waited for. */
  readonly latencyMs: number;
  readonly checkedAt: Date;
  /** Since when it has its status. */
  readonly since: Date;
  /** When it was `ok` last. */
  readonly lastSuccess?: Date | undefined;
  /** When it had a problem last, and which. */
  readonly lastError?: { readonly at: Date; readonly reason: string } | undefined;
}

/**
 * Runs each health check periodically and keeps its last result: probes must be answered at once, and a check that hangs
 * must not hide the others.
 */
export class HealthMonitor {
  readonly #checks: readonly HealthCheck[];
  readonly #log: Logger;
  readonly #onChange: () => void;
  readonly #stop = new AbortController();
  readonly #results = new Map<string, CheckResult>();
  /** Aborts the pause before the next run of each check. */
  #recheckNow = new AbortController();

  /** @param onChange called when all checks have run once, and then whenever the status of one changes */
  constructor(checks: readonly HealthCheck[], log: Logger, onChange: () => void = () => undefined) {
    this.#checks = checks;
    this.#log = log;
    this.#onChange = onChange;
  }

  /** Runs the checks once, and goes on running them in the background. */
  async start(): Promise<void> {
    await Promise.all(
      this.#checks.map((check) => {
        const first = this.#round(check);
        void this.#loop(check, first);
        return first;
      }),
    );
  }

  /** Absent until all checks have run once. */
  get results(): readonly CheckResult[] | undefined {
    if (this.#results.size < this.#checks.length) return undefined;
    return this.#checks.flatMap(({ name, isSilentWhileOk = false }) => {
      const result = this.#results.get(name);
      return result === undefined || (isSilentWhileOk && result.status === "ok") ? [] : [result];
    });
  }

  /** Names of the checks that have no result yet. */
  get pending(): readonly string[] {
    return this.#checks.flatMap(({ name }) => (this.#results.has(name) ? [] : [name]));
  }

  /** Names of failed checks that keep the runner from taking executions. A check that has not run yet counts as failed. */
  get blocking(): readonly string[] {
    return this.#checks
      .filter(({ name, stopsWork = true }) => stopsWork && (this.#results.get(name)?.status ?? "failed") === "failed")
      .map(({ name }) => name);
  }

  /** Runs the checks now: something failed, and they may find out why. */
  recheck(): void {
    this.#recheckNow.abort();
    this.#recheckNow = new AbortController();
  }

  stop(): void {
    this.#stop.abort();
  }

  /** @param first its first run, which may hang: the others do not wait for it */
  async #loop(check: HealthCheck, first: Promise<void>): Promise<void> {
    await first;
    for (;;) {
      const hurry = this.#recheckNow.signal;
      await sleep(INTERVAL_MS, AbortSignal.any([this.#stop.signal, hurry]));
      if (this.#stop.signal.aborted) return;
      await this.#round(check, hurry.aborted);
    }
  }

  /** A check has its own time limit. One that exceeds the limit here, or that throws, has failed too. */
  async #round(check: HealthCheck, isUrgent = false): Promise<void> {
    const startedAt = performance.now();
    const late = setTimeout(
      () => this.#take(check, { status: "failed", reason: `no answer within ${CHECK_LIMIT_MS / 1000} s` }, startedAt),
      CHECK_LIMIT_MS,
    );
    const problem = await check.check(isUrgent).catch((error: unknown) => ({
      status: "failed" as const,
      reason: messageOf(error),
    }));
    clearTimeout(late);
    this.#take(check, problem, startedAt);
  }

  #take({ name }: HealthCheck, problem: HealthProblem | undefined, startedAt: number): void {
    if (this.#stop.signal.aborted) return;
    const before = this.#results.get(name);
    const result = withHistory({ name, ...(problem ?? { status: "ok" }) }, before, performance.now() - startedAt);
    this.#results.set(name, result);
    const haveAllRun = this.#results.size === this.#checks.length;
    if (haveAllRun && before?.status !== result.status) this.#onChange();
    if (result.status === (before?.status ?? "ok")) return;
    if (result.status === "ok") this.#log.info(`${name} has recovered`);
    else {
      const text = withRemedies(result.reason ?? "", result.remedies ?? []);
      this.#log.warn(`${name} is ${result.status === "failed" ? "unhealthy" : "degraded"}: ${text}`);
    }
  }
}

function withHistory(result: CheckResult, before: CheckResult | undefined, latencyMs: number): CheckResult {
  const checkedAt = new Date();
  const { reason } = result;
  return {
    ...result,
    latencyMs: Math.round(latencyMs * 10) / 10,
    checkedAt,
    since: before?.status === result.status ? (before.since ?? checkedAt) : checkedAt,
    lastSuccess: result.status === "ok" ? checkedAt : before?.lastSuccess,
    lastError: reason === undefined ? before?.lastError : { at: checkedAt, reason },
  };
}
