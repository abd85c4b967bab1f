import { degradedBy, failedBy, type HealthCheck, type HealthProblem } from "../../shared/health.ts";
import type { DaytonaApi } from "./daytona-api.ts";
import { DaytonaFailure } from "./daytona-error.ts";

/** Daytona limits requests: so checks are rare, and more frequent only while something is wrong. */
const INTERVAL_MS = 60_000;
const INTERVAL_UNHEALTHY_MS = 10_000;

/**
 * Checks that Daytona answers. A refused key is a failure: no sandbox works. Without an answer, existing sandboxes may
 * still work, and Daytona may recover: degraded.
 */
export class DaytonaHealth implements HealthCheck {
  readonly name = "Daytona";
  readonly #api: DaytonaApi;
  #askedAt = 0;
  #dueAt = 0;
  #last: Promise<HealthProblem | undefined> = Promise.resolve(undefined);

  constructor(api: DaytonaApi) {
    this.#api = api;
  }

  async check(isUrgent = false): Promise<HealthProblem | undefined> {
    // Even an urgent check keeps a distance from the last one.
    if (isUrgent) this.#dueAt = Math.min(this.#dueAt, this.#askedAt + INTERVAL_UNHEALTHY_MS);
    if (Date.now() >= this.#dueAt) {
      this.#askedAt = Date.now();
      this.#dueAt = Date.now() + INTERVAL_MS;
      this.#last = this.#ask();
    }
    const problem = await this.#last;
    if (problem !== undefined) this.#dueAt = Math.min(this.#dueAt, Date.now() + INTERVAL_UNHEALTHY_MS);
    return problem;
  }

  async #ask(): Promise<HealthProblem | undefined> {
    try {
      await this.#api.ping();
      return undefined;
    } catch (error) {
      const isRefused = error instanceof DaytonaFailure && error.reason === "unauthorized";
      return isRefused ? failedBy(error) : degradedBy(error);
    }
  }
}
