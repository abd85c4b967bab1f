import type { CheckResult, HealthMonitor } from "./health-monitor.ts";

/** Stands for all checks before they were made. */
const NOT_CHECKED: CheckResult = { name: "health", status: "failed", reason: "not known yet" };

/** What the probes show: what the start waits for, and later the results of the health checks. */
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

  /** Nothing is waited for any more. */
  waited(): void {
    this.#waitingFor = NOT_CHECKED;
  }

  /** Shows the results of this monitor from now on. */
  follow(monitor: HealthMonitor): void {
    this.#monitor = monitor;
  }

  /** Makes the checks now: something failed, and they may know why. */
  recheck(): void {
    this.#monitor?.recheck();
  }
}
