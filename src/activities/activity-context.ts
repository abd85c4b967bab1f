import { Context } from "@temporalio/activity";
import { type RegisteredExecution, type StopReason, stopReasons } from "../executions/index.ts";
import { humanDuration } from "../shared/time.ts";
import type { Workflows } from "../temporal/index.ts";

/** Heartbeats are sent on a timer: a model may work for minutes without any event. */
const HEARTBEAT_INTERVAL_MS = 5_000;
/** Time before the activity's limit that is reserved for stopping the agent and delivering its last status. */
const FINISH_MARGIN_MS = 15_000;
/** Of a short limit only this share is reserved. */
const FINISH_SHARE = 0.15;
/** Time that is reserved for returning the result. */
const RETURN_MARGIN_MS = 2_000;
/** How long an execution that was stopped from outside tries to deliver its last status. */
const STOPPED_FINISH_MS = 5_000;
/** The limit if Temporal has none. */
const DEFAULT_LIMIT_MS = 600_000;
/** Maximum time in the queue that is subtracted from the limit: a longer one means that the clocks differ. */
const MAX_QUEUED_MS = 60_000;

/** The activity that an execution runs in. */
interface ActivityContext {
  /** When the last status must be delivered, in ms since the epoch. */
  finishBy(): number;
  /** When the agent is stopped, in ms since the epoch. */
  readonly stopBy: number;
  /** Ends the heartbeats and the timer. */
  [Symbol.dispose](): void;
}

/** Sends heartbeats for an execution, and stops it when its activity is cancelled or reaches its time limit. */
export function bindToActivity(
  execution: RegisteredExecution,
  workflows: Pick<Workflows, "describe">,
  onHeartbeat: () => void,
): ActivityContext {
  const context = Context.current();
  const end = Date.now() + remainingMs(context);
  const limit = context.info.startToCloseTimeoutMs || DEFAULT_LIMIT_MS;
  const margin = Math.min(FINISH_MARGIN_MS, limit * FINISH_SHARE);

  const beat = () => {
    context.heartbeat();
    onHeartbeat();
  };
  beat();
  const heartbeat = setInterval(beat, HEARTBEAT_INTERVAL_MS);
  const timer = setTimeout(
    () => execution.stop(stopReasons.timeLimit(humanDuration(limit))),
    Math.max(end - margin - Date.now(), 0),
  );
  const onCancel = () => void cancelReason(context, workflows).then((reason) => execution.stop(reason));
  context.cancellationSignal.addEventListener("abort", onCancel, { once: true });
  if (context.cancellationSignal.aborted) onCancel();

  return {
    stopBy: end - margin,
    finishBy: () => {
      const last = end - Math.min(RETURN_MARGIN_MS, margin / 3);
      const stopped = execution.signal.aborted && (execution.signal.reason as StopReason).code !== "time-limit";
      return stopped ? Math.min(last, Date.now() + STOPPED_FINISH_MS) : last;
    },
    [Symbol.dispose]() {
      clearInterval(heartbeat);
      clearTimeout(timer);
      context.cancellationSignal.removeEventListener("abort", onCancel);
    },
  };
}

/**
 * The time that the activity has left, in ms. It counts from when the activity was scheduled: the workflow's own timeout is as
 * long as the activity's and began earlier, so this stays within both.
 */
function remainingMs({ info }: Context): number {
  const queued = Math.min(Math.max(Date.now() - info.currentAttemptScheduledTimestampMs, 0), MAX_QUEUED_MS);
  const limits = [info.startToCloseTimeoutMs, info.scheduleToCloseTimeoutMs].filter((ms) => ms > 0);
  return Math.max(Math.min(...limits, ...(limits.length === 0 ? [DEFAULT_LIMIT_MS] : [])) - queued, 0);
}

/**
 * Why an activity is cancelled. The server's workflow does not wait for its activities: when it is cancelled it ends at once,
 * and the activity only learns that it is unknown. Whether it was cancelled is known from the workflow itself.
 */
async function cancelReason(
  { cancellationDetails, info }: Context,
  workflows: Pick<Workflows, "describe">,
): Promise<StopReason> {
  if (cancellationDetails?.workerShutdown === true) return stopReasons.runnerStopped();
  if (cancellationDetails?.notFound !== true && cancellationDetails?.timedOut !== true) return stopReasons.cancelled();
  const { workflowExecution: run } = info;
  const workflow = run === undefined ? undefined : await workflows.describe(run).catch(() => undefined);
  return workflow?.isCancelled === true ? stopReasons.cancelled() : stopReasons.workflowClosed();
}
