import type { Logger } from "../../log/index.ts";
import { messageOf } from "../../shared/errors.ts";
import type { DaytonaApi, DaytonaSandbox } from "./daytona-api.ts";

/** So that another replica's orphan collector does not take a sandbox in use for an idle one. */
const MAX_INTERVAL_MS = 120_000;

/** @param autoStopMinutes after which Daytona stops an idle sandbox; 0: never */
export function keepAliveMs(autoStopMinutes: number): number {
  return Math.min(autoStopMinutes === 0 ? MAX_INTERVAL_MS : (autoStopMinutes * 60_000) / 3, MAX_INTERVAL_MS);
}

/**
 * Tells Daytona that a sandbox is in use: its idle clock does not see what runs inside.
 * @returns the function that ends it
 */
export function keepAlive(api: DaytonaApi, remote: DaytonaSandbox, everyMs: number, log: Logger): () => void {
  const timer = setInterval(() => {
    api
      .call(`keep the sandbox ${remote.id} awake`, () => remote.refreshActivity(), { retries: 1 })
      .catch((error: unknown) => log.warn(messageOf(error)));
  }, everyMs);
  return () => clearInterval(timer);
}
