import { messageOf } from "../../shared/errors.ts";
import { degraded, failed, type HealthCheck, type HealthProblem } from "../../shared/health.ts";
import type { DaytonaApi } from "./daytona-api.ts";
import { DaytonaFailure } from "./daytona-error.ts";

/** Daytona counts requests: it is asked no more often than this, and more often only while something is wrong. */
const EVERY_MS = 60_000;
const EVERY_MS_WHILE_WRONG = 10_000;

/**
 * Looks whether Daytona answers. One that refuses the key refuses every sandbox: a failure. With one that does not answer
 * sandboxes that exist may still work, and it heals by itself: degraded.
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
    // Something that failed a moment after the last look is looked at when its time has come.
    if (isUrgent) this.#dueAt = Math.min(this.#dueAt, this.#askedAt + EVERY_MS_WHILE_WRONG);
    if (Date.now() >= this.#dueAt) {
      this.#askedAt = Date.now();
      this.#dueAt = Date.now() + EVERY_MS;
      this.#last = this.#ask();
    }
    const finding = await this.#last;
    if (finding !== undefined) this.#dueAt = Math.min(this.#dueAt, Date.now() + EVERY_MS_WHILE_WRONG);
    return finding;
  }

  async #ask(): Promise<HealthProblem | undefined> {
    try {
      await this.#api.ping();
      return undefined;
    } catch (error) {
      const isRefused = error instanceof DaytonaFailure && error.reason === "unauthorized";
      return isRefused ? failed(messageOf(error)) : degraded(messageOf(error));
    }
  }
}
