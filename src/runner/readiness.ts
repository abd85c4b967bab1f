import type { CheckResult, HealthMonitor } from "./health-monitor.ts";

/** Stands for all checks before their first results. */
const NOT_CHECKED: CheckResult = { name: "health", status: "failed", reason: "not known yet" };

/** What readiness probes report: first what the start waits for, later the results of the health checks. */
export class Readiness {
  #waitingFor = NOT_CHECKED;
  #monitor: HealthMonitor | undefined;

  get checks(): readonly CheckResult[] {
    return this.#monitor?.results ?? [this.#waitingFor];
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
