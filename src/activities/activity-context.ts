import { Context } from "@temporalio/activity";
import { type RegisteredExecution, type StopReason, stopReasons } from "../executions/index.ts";
import { humanDuration } from "../shared/time.ts";
import type { Workflows } from "../temporal/index.ts";

/** Heartbeats come by the clock: a model may think for minutes without any event. */
export const HEARTBEAT_INTERVAL_MS = 5_000;
/** Kept free at the end of the activity's time for stopping the agent and delivering its last status. */
const FINISH_MARGIN_MS = 15_000;
/** Of a short time limit only this part is kept free. */
const FINISH_SHARE = 0.15;
/** Kept free for returning the result. */
const RETURN_MARGIN_MS = 2_000;
/** How long an execution that is stopped from outside may try to deliver its last status. */
const STOPPED_FINISH_MS = 5_000;
/** Where Temporal names no limit. */
const DEFAULT_LIMIT_MS = 600_000;
/** Longest time between scheduling and start that is taken off the limit; beyond it, the clocks differ. */
const MAX_QUEUED_MS = 60_000;

/** What ties an execution to its Temporal activity: heartbeats, cancellation, the time limit. */
export interface ActivityContext {
  /** Until when the last status may be tried to be delivered, in ms since the epoch. */
  finishBy(): number;
  [Symbol.dispose](): void;
}

export function bindToActivity(
  execution: RegisteredExecution,
  workflows: Pick<Workflows, "describe">,
): ActivityContext {
  const context = Context.current();
  const end = Date.now() + remainingMs(context);
  const limit = context.info.startToCloseTimeoutMs || DEFAULT_LIMIT_MS;
  const margin = Math.min(FINISH_MARGIN_MS, limit * FINISH_SHARE);

  context.heartbeat();
  const heartbeat = setInterval(() => context.heartbeat(), HEARTBEAT_INTERVAL_MS);
  const timer = setTimeout(
    () => execution.stop(stopReasons.timeLimit(humanDuration(limit))),
    Math.max(end - margin - Date.now(), 0),
  );
  const onCancel = () => void cancelReason(context, workflows).then((reason) => execution.stop(reason));
  context.cancellationSignal.addEventListener("abort", onCancel, { once: true });
  if (context.cancellationSignal.aborted) onCancel();

  return {
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
 * How much time the activity has left. The workflow's own run timeout is as long as the activity's and began earlier:
 * counting from when the activity was scheduled keeps within both.
 */
function remainingMs({ info }: Context): number {
  const queued = Math.min(Math.max(Date.now() - info.currentAttemptScheduledTimestampMs, 0), MAX_QUEUED_MS);
  const limits = [info.startToCloseTimeoutMs, info.scheduleToCloseTimeoutMs].filter((ms) => ms > 0);
  return Math.max(Math.min(...limits, ...(limits.length === 0 ? [DEFAULT_LIMIT_MS] : [])) - queued, 0);
}

/**
 * Why an activity is cancelled. A workflow that does not wait for its activities ends at once when it is cancelled, and the
 * activity learns only that nobody knows it any more: the workflow itself tells whether it was cancelled.
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
