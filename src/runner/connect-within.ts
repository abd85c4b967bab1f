import type { TemporalConfig } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import { humanDuration, sleep, untilAborted } from "../shared/time.ts";
import { connectTemporal, type NativeConnection, TemporalError, type TemporalErrorCode } from "../temporal/index.ts";

const RETRY_MS = 1_000;
/** How often it is logged that the start waits. */
const LOG_INTERVAL_MS = 10_000;

/** What a Temporal says, or does not say, that is just being started. */
const NOT_YET: ReadonlySet<TemporalErrorCode> = new Set([
  "refused",
  "unknown-host",
  "no-answer",
  "unreachable",
  "namespace-not-found",
]);

/** A start that was told to stop while it waited. */
export class StartStopped extends Error {
  override readonly name = "StartStopped";
}

export interface WaitOptions {
  /** 0: one attempt. */
  readonly waitMs: number;
  readonly log: Logger;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  /** Told why it waits, for the probes. */
  readonly onWait: (reason: string) => void;
}

/**
 * Connects to Temporal, which may be started later than the runner.
 * @throws TemporalError where it is not there in time, or cannot be used; StartStopped
 */
export async function connectWithin(config: TemporalConfig, options: WaitOptions): Promise<NativeConnection> {
  const { waitMs, log, signal, onWait } = options;
  const started = Date.now();
  let lastLogged = Number.NEGATIVE_INFINITY;
  for (;;) {
    const connecting = connectTemporal(config);
    try {
      return await untilAborted(connecting, signal);
    } catch (error) {
      if (signal.aborted) {
        connecting.then((late) => late.close()).catch(() => undefined);
        throw new StartStopped("The start was stopped while it waited for Temporal");
      }
      const waited = Date.now() - started;
      if (!(error instanceof TemporalError) || !NOT_YET.has(error.code) || waited >= waitMs) throw error;
      onWait(error.message);
      if (Date.now() - lastLogged >= LOG_INTERVAL_MS) {
        lastLogged = Date.now();
        log.warn(`Waiting for Temporal (${humanDuration(waited)} of ${humanDuration(waitMs)}): ${error.message}`);
      }
      await sleep(Math.min(RETRY_MS, waitMs - waited), signal);
    }
  }
}
