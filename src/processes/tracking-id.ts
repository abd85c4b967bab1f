import { readFileSync } from "node:fs";

/**
 * The variable that every command gets, and with it all that it starts, in whatever process group or session: by it they
 * are found again. Its value begins with that of this process.
 */
export const TRACKING_VARIABLE = "AGENT_RUNNER_LEASE";
export const PROCESS_TRACKING_ID: string = crypto.randomUUID();

export function newTrackingId(): string {
  return `${PROCESS_TRACKING_ID}.${crypto.randomUUID()}`;
}

/** Whether a process carries a mark; `undefined` where the system does not show its environment. */
export function isTracked(pid: number, trackingId: string): boolean | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`, "latin1").includes(`${TRACKING_VARIABLE}=${trackingId}`);
  } catch {
    return undefined;
  }
}
