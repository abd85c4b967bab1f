import type { Logger } from "../../log/index.ts";
import { explained } from "../../shared/errors.ts";
import type { DaytonaApi, DaytonaSandbox } from "./daytona-api.ts";

/** Another replica's orphan collector takes a sandbox for idle after 10 min: see `deletion-limits.ts`. */
const MAX_INTERVAL_MS = 120_000;

/**
 * How often a sandbox in use is refreshed.
 * @param autoStopMinutes Daytona stops an idle one after this time; 0: never
 */
export function keepAliveMs(autoStopMinutes: number): number {
  return Math.min(autoStopMinutes === 0 ? MAX_INTERVAL_MS : (autoStopMinutes * 60_000) / 3, MAX_INTERVAL_MS);
}

/**
 * Tells Daytona repeatedly that a sandbox is in use: Daytona does not see what runs inside.
 * @returns a function that stops it
 */
export function keepAlive(api: DaytonaApi, remote: DaytonaSandbox, everyMs: number, log: Logger): () => void {
  const timer = setInterval(() => {
    api
      .call(`keep the sandbox ${remote.id} awake`, () => remote.refreshActivity(), { retries: 1 })
      .catch((error: unknown) => log.warn(explained(error)));
  }, everyMs);
  return () => clearInterval(timer);
}
