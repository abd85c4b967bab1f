import type { Lifecycle } from "../cli/index.ts";
import type { TemporalConfig } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import { closeIfLate } from "../shared/close-if-late.ts";
import { humanDuration, sleep, untilAborted } from "../shared/time.ts";
import { ConnectionAttempts, type NativeConnection, TemporalError, type TemporalErrorCode } from "../temporal/index.ts";
import type { Readiness } from "./readiness.ts";

const RETRY_MS = 1_000;
/** How often the log says that the start waits. */
const LOG_INTERVAL_MS = 10_000;

/** Errors of a Temporal that is still being started. */
const NOT_YET: ReadonlySet<TemporalErrorCode> = new Set([
  "refused",
  "unknown-host",
  "no-answer",
  "unreachable",
  // A proxy in front of it answers for it.
  "other-protocol",
  "namespace-not-found",
]);

export interface ConnectOptions {
  /** How long to wait for a Temporal that is not available yet, in ms. 0: one attempt. */
  readonly waitMs: number;
  readonly log: Logger;
  /** A request to drain ends the wait. */
  readonly lifecycle: Lifecycle;
  /** Shows probes what the start waits for. */
  readonly readiness: Readiness;
}

/**
 * Connects to Temporal, which may be started later than the runner.
 * @throws StartInterrupted; TemporalError if it is not available in time, or cannot be used
 */
export async function connectWithin(config: TemporalConfig, options: ConnectOptions): Promise<NativeConnection> {
  const { waitMs, log, lifecycle, readiness } = options;
  const started = Date.now();
  const unlessDrained = <T>(connecting: Promise<T>) => untilAborted(connecting, lifecycle.drainRequested);
  let lastLogged = Number.NEGATIVE_INFINITY;
  await using attempts = new ConnectionAttempts(config);
  for (;;) {
    try {
      const connection = await closeIfLate(attempts.next(), unlessDrained, (late) => late.close());
      readiness.doneWaiting();
      return connection;
    } catch (error) {
      lifecycle.drainRequested.throwIfAborted();
      const waited = Date.now() - started;
      if (!(error instanceof TemporalError) || !NOT_YET.has(error.code) || waited >= waitMs) throw error;
      readiness.waitFor("Temporal", error.message);
      if (Date.now() - lastLogged >= LOG_INTERVAL_MS) {
        lastLogged = Date.now();
        log.warn(`Waiting for Temporal (${humanDuration(waited)} of ${humanDuration(waitMs)}): ${error.message}`);
      }
      await sleep(Math.min(RETRY_MS, waitMs - waited), lifecycle.drainRequested);
      lifecycle.drainRequested.throwIfAborted();
    }
  }
}
