import type { CheckResult, HealthMonitor } from "./health-monitor.ts";

/** Stands for all checks before there are any. */
const NOT_CHECKED: CheckResult = { name: "health", status: "failed", reason: "not known yet: the runner is starting" };

/** What readiness probes report: first what the start waits for, later the results of the health checks. */
export class Readiness {
  #waitingFor = NOT_CHECKED;
  #monitor: HealthMonitor | undefined;

  get checks(): readonly CheckResult[] {
    if (this.#monitor === undefined) return [this.#waitingFor];
    return this.#monitor.results ?? [{ ...NOT_CHECKED, reason: firstResultsOf(this.#monitor.pending) }];
  }

  /** Shows what the start waits for. */
  waitFor(name: string, reason: string): void {
    this.#waitingFor = { name, status: "failed", reason };
  }

  /** The wait is over. */
  doneWaiting(): void {
    this.#waitingFor = NOT_CHECKED;
  }

  /** Shows the results of this monitor from now on. */
  follow(monitor: HealthMonitor): void {
    this.#monitor = monitor;
  }

  /** Runs the health checks now: something failed, and they may find out why. */
  recheck(): void {
    this.#monitor?.recheck();
  }
}

function firstResultsOf(names: readonly string[]): string {
  return `not known yet: the first health checks are still running (${names.join(", ")})`;
}
