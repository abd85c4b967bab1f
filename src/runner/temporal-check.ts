import type { TemporalConfig } from "../config/index.ts";
import { failed, failedBy, type HealthCheck, type HealthProblem } from "../shared/health.ts";
import { humanDuration } from "../shared/time.ts";
import { type ActivityWorker, type NativeConnection, probeTemporal } from "../temporal/index.ts";

const PROBE_TIMEOUT_MS = 3_000;
/**
 * Temporal answers each poll within a minute, with a task or without. The SDK repeats one whose connection is lost, and
 * does not say so: that may take another minute.
 */
const UNANSWERED_LIMIT_MS = 120_000;
/** A worker that works opens the next poll at once, or waits until it may. */
const IDLE_LIMIT_MS = 60_000;

export interface TemporalCheckDeps {
  readonly connection: NativeConnection;
  readonly worker: Pick<ActivityWorker, "slots">;
  readonly temporal: TemporalConfig;
  /** How long no poll may be answered, in ms. */
  readonly unansweredLimitMs?: number;
}

/** Whether Temporal answers calls, and the worker gets tasks from it. */
export function temporalCheck({ connection, worker, temporal, unansweredLimitMs }: TemporalCheckDeps): HealthCheck {
  let failedAt = Number.NEGATIVE_INFINITY;
  return {
    name: "Temporal",
    check: async () => {
      const error = await probeTemporal(connection, temporal, PROBE_TIMEOUT_MS);
      const now = performance.now();
      if (error !== undefined) {
        failedAt = now;
        return failedBy(error);
      }
      // What was not answered while Temporal was away says nothing: the SDK has repeated these polls since.
      const { unansweredMs, idleMs } = worker.slots;
      return stuck({ unansweredMs: Math.min(unansweredMs, now - failedAt), idleMs }, unansweredLimitMs);
    },
  };
}

/** @returns why no task arrives, although Temporal answers other calls */
export function stuck(
  { unansweredMs, idleMs }: Pick<ActivityWorker["slots"], "unansweredMs" | "idleMs">,
  unansweredLimitMs = UNANSWERED_LIMIT_MS,
): HealthProblem | undefined {
  if (idleMs >= IDLE_LIMIT_MS) {
    return failed(`the worker has stopped polling: it has not asked for work for ${humanDuration(idleMs)}`, [
      "Restart the runner, and report it with the log: this is a defect of the runner or of Temporal's SDK.",
    ]);
  }
  if (unansweredMs < unansweredLimitMs) return undefined;
  return failed(`no poll was answered for ${humanDuration(unansweredMs)}; Temporal normally answers within 60 s`, [
    "Look at the log of Temporal's frontend, and of any proxy in between.",
  ]);
}
