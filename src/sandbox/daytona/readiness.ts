import type { Logger } from "../../log/index.ts";
import { humanDuration, sleep } from "../../shared/time.ts";
import { SandboxError } from "../sandbox-error.ts";
import type { DaytonaApi, DaytonaSandbox } from "./daytona-api.ts";
import { DaytonaFailure } from "./daytona-error.ts";

/** How long a sandbox may take to become ready, by default. */
export const READY_TIMEOUT_MS = 180_000;
const PROGRESS_MS = 10_000;
/** How often the state of a sandbox is polled while it changes. */
const POLL_MS = 1_000;

/**
 * Starts a sandbox that is not running, or waits for it.
 * @returns `false` if it is broken or gone
 * @throws DaytonaFailure; the signal's reason
 */
export async function makeReady(api: DaytonaApi, remote: DaytonaSandbox, signal: AbortSignal): Promise<boolean> {
  const options = { signal };
  // The signal is the limit that counts.
  const seconds = READY_TIMEOUT_MS / 1000;
  let attempts = 0;
  for (;;) {
    signal.throwIfAborted();
    switch (remote.state) {
      case "started":
        return true;
      case "stopped":
      case "archived":
      case "paused":
        if (++attempts > 3) return false;
        if (!(await started(api, remote, seconds, signal))) return false;
        break;
      case "error":
        if (remote.recoverable !== true || ++attempts > 1) return false;
        await api.call(`recover the sandbox ${remote.id}`, () => remote.recover(seconds), options);
        break;
      case "build_failed":
      case "destroyed":
      case "destroying":
        return false;
      default:
        await sleep(POLL_MS, signal);
        await api.call(`read the state of the sandbox ${remote.id}`, () => remote.refreshData(), options);
    }
  }
}

/** @returns `false` if it is broken */
async function started(
  api: DaytonaApi,
  remote: DaytonaSandbox,
  seconds: number,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await api.call(`start the sandbox ${remote.id}`, () => remote.start(seconds), { signal });
    return true;
  } catch (error) {
    if (!(error instanceof DaytonaFailure)) throw error;
    if (error.reason === "not-found") return false;
    // Only these two mean that the sandbox itself did not start.
    if (error.reason !== "failed" && error.reason !== "rejected") throw error;
    await api.call(`read the state of the sandbox ${remote.id}`, () => remote.refreshData(), { signal });
    return remote.state === "started";
  }
}

export interface ReadinessOptions {
  readonly log: Logger;
  readonly readyTimeoutMs?: number;
}

/**
 * Limits work to the time in which a sandbox must become ready, and logs the progress.
 * @param what as in "the sandbox of session x", for the log
 * @throws SandboxError if it takes longer; the outer signal's reason
 */
export async function withinReadiness<T>(
  what: string,
  outer: AbortSignal,
  { log, readyTimeoutMs = READY_TIMEOUT_MS }: ReadinessOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const began = Date.now();
  const limit = AbortSignal.timeout(readyTimeoutMs);
  const progress = setInterval(
    () => log.info(`Waiting for ${what}: ${humanDuration(Date.now() - began)} of ${humanDuration(readyTimeoutMs)}`),
    PROGRESS_MS,
  );
  try {
    return await work(AbortSignal.any([outer, limit]));
  } catch (error) {
    if (outer.aborted || !limit.aborted) throw error;
    throw new SandboxError(
      "unavailable",
      `Daytona did not make ${what} ready within ${humanDuration(readyTimeoutMs)}. See https://status.app.daytona.io, and check that the snapshot can be started.`,
      error,
    );
  } finally {
    clearInterval(progress);
  }
}
