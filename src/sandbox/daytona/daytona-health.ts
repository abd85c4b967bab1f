import { messageOf } from "../../shared/errors.ts";
import { degraded, type Finding, type HealthCheck } from "../../shared/health.ts";
import type { DaytonaApi } from "./daytona-api.ts";

/** Daytona counts requests: it is asked no more often than this. */
const EVERY_MS = 60_000;

/** Looks whether Daytona answers. Without it sandboxes that exist may still work, and it heals by itself: no failure. */
export class DaytonaHealth implements HealthCheck {
  readonly name = "Daytona";
  readonly #api: DaytonaApi;
  #askedAt = 0;
  #last: Promise<Finding | undefined> = Promise.resolve(undefined);

  constructor(api: DaytonaApi) {
    this.#api = api;
  }

  async check(): Promise<Finding | undefined> {
    if (Date.now() - this.#askedAt >= EVERY_MS) {
      this.#askedAt = Date.now();
      this.#last = this.#api.ping().then(
        () => undefined,
        (error: unknown) => degraded(messageOf(error)),
      );
    }
    return await this.#last;
  }
}
