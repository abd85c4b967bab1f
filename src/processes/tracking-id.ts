import { readFileSync } from "node:fs";

/**
 * The variable that carries a tracking id. Whatever a tracked process starts inherits it, in any process group or
 * session, and is found by it.
 */
export const TRACKING_VARIABLE = "AGENT_RUNNER_TRACKING_ID";

/** Every tracking id that this process gives out begins with it. */
export const RUNNER_TRACKING_ID: string = crypto.randomUUID();

/** @param prefix the watchdog's, which begins with {@link RUNNER_TRACKING_ID} */
export function newTrackingId(prefix: string): string {
  return `${prefix}${crypto.randomUUID()}`;
}

/**
 * Whether a process carries a tracking id.
 * @param trackingId all of it, or its beginning
 * @returns `undefined` if the system does not show the environment of the process
 */
export function isTracked(pid: number, trackingId: string): boolean | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").includes(`${TRACKING_VARIABLE}=${trackingId}`);
  } catch {
    return undefined;
  }
}
