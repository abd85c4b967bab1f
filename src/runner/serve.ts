import { EXIT, type ExitCode, type Lifecycle } from "../cli/index.ts";
import type { ExecutionRegistry } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { plural } from "../shared/text.ts";
import { humanDuration, sleep, waitAtMost } from "../shared/time.ts";
import type { ActivityWorker } from "../temporal/index.ts";
import { ExecutionStop } from "./execution-stop.ts";

/** How long executions may take to end once they were told to stop and no task can arrive any more. */
export const STOP_LIMIT_MS = 20_000;

/** How long leaving may take when nothing runs any more. */
const LEAVE_LIMIT_MS = 3_000;

export interface ServeDeps {
  readonly worker: ActivityWorker;
  readonly lifecycle: Lifecycle;
  readonly executions: ExecutionRegistry;
  readonly drainTimeoutMs: number;
  readonly log: Logger;
}

/**
 * Polls for work until a drain is requested, and lets what runs finish. At the deadline, or when a stop is requested, it
 * ends what runs; and it leaves at the latest when that has taken too long.
 * @returns how it ended
 */
export async function serve(deps: ServeDeps): Promise<ExitCode> {
  const { executions, log } = deps;
  const over = new AbortController();
  const working = work(deps);
  const drained = drain(deps);
  const stop = new ExecutionStop(deps);
  void stopAtDeadline(deps, over.signal);
  log.info("🚀 Worker ready, polling for tasks...");
  const end = await Promise.race([working, leave(deps, drained, over.signal), giveUp(deps, drained, over.signal)]);
  over.abort();
  if (end === "failed") return await endFailed(deps);
  const isUnfinished = stop.cutSomethingOff || executions.count > 0;
  log.info(
    `Stopped after ${plural(executions.finished, "execution")}${isUnfinished ? "; not all of them could finish" : ""}`,
  );
  return isUnfinished ? EXIT.unfinished : EXIT.ok;
}

/** Polls and executes, until the worker has drained or fails. */
async function work({ worker, log }: ServeDeps): Promise<"ended" | "failed"> {
  try {
    await worker.run();
    return "ended";
  } catch (error) {
    log.error(`The Temporal worker failed: ${messageOf(error)}`);
    return "failed";
  }
}

/** Takes nothing new from the request to drain on. Resolves when no task can arrive any more. */
async function drain({ worker, lifecycle, executions, drainTimeoutMs, log }: ServeDeps): Promise<void> {
  await lifecycle.reached("draining");
  const running = executions.count;
  log.info(
    running === 0
      ? "Draining: no executions are running"
      : `Draining: ${plural(running, "execution")} may go on for ${humanDuration(drainTimeoutMs)}`,
  );
  await worker
    .drain(lifecycle.deadline?.getTime() ?? Date.now())
    .catch((error: unknown) => log.error(`Draining failed: ${messageOf(error)}`));
}

async function stopAtDeadline({ lifecycle, drainTimeoutMs, log }: ServeDeps, over: AbortSignal): Promise<void> {
  await lifecycle.reached("draining");
  await sleep(drainTimeoutMs, over);
  if (over.aborted || lifecycle.state !== "draining") return;
  log.warn(`The drain time of ${humanDuration(drainTimeoutMs)} is over`);
  lifecycle.requestStop();
}

/** The worker says good-bye to Temporal, which may not answer. With nothing left to do, it is not waited for long. */
async function leave({ worker }: ServeDeps, drained: Promise<void>, over: AbortSignal): Promise<"ended"> {
  await drained;
  await worker.slots.activitiesEnded(over).catch(() => undefined);
  await sleep(LEAVE_LIMIT_MS, over);
  return "ended";
}

/** Executions that were told to end may not do so. */
async function giveUp({ lifecycle }: ServeDeps, drained: Promise<void>, over: AbortSignal): Promise<"ended"> {
  await Promise.all([lifecycle.reached("stopping"), drained]);
  await sleep(STOP_LIMIT_MS, over);
  return "ended";
}

/** The worker is gone, but executions may still run and have their last status to deliver. */
async function endFailed({ lifecycle, executions }: ServeDeps): Promise<ExitCode> {
  lifecycle.requestStop();
  await waitAtMost(executions.idle(), STOP_LIMIT_MS);
  return EXIT.failed;
}
