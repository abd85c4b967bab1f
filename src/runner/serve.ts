import { EXIT, type ExitCode, type Lifecycle } from "../cli/index.ts";
import type { ExecutionRegistry } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { plural } from "../shared/text.ts";
import { humanDuration, sleep, waitAtMost } from "../shared/time.ts";
import type { ActivityWorker } from "../temporal/index.ts";
import { stopWithRunner } from "./execution-stop.ts";
import { IdleMemory } from "./idle-memory.ts";
import { SHUTDOWN_LIMIT_MS, STOP_LIMIT_MS } from "./limits.ts";

export interface ServeDeps {
  readonly worker: ActivityWorker;
  readonly lifecycle: Lifecycle;
  readonly executions: ExecutionRegistry;
  readonly drainTimeoutMs: number;
  readonly log: Logger;
}

/** How serving ends: the worker has ended or failed, or does not end in time. */
type End = "ended" | "failed" | "shutdown-timeout" | "stop-timeout";

/**
 * Polls for work until a drain is requested, then lets running executions finish. At the deadline, or when a stop is
 * requested, it stops them, and waits for them up to a limit.
 * @returns the exit code
 */
export async function serve(deps: ServeDeps): Promise<ExitCode> {
  const { executions, log } = deps;
  const over = new AbortController();
  const working = work(deps);
  const drained = drain(deps);
  void stopWithRunner(deps);
  void stopAtDeadline(deps, over.signal);
  new IdleMemory(executions).watch(over.signal);
  log.info("🚀 Worker ready, polling for tasks...");
  const end = await Promise.race([
    working,
    shutdownTimeout(deps, drained, over.signal),
    stopTimeout(deps, drained, over.signal),
  ]);
  over.abort();
  logTimeout(end, deps);
  if (end === "failed") return await endFailed(deps);
  const all = executions.finished + executions.count;
  const unfinished = executions.cutOff + executions.count;
  const stopped = `Stopped after ${plural(all, "execution")}`;
  if (unfinished === 0) {
    log.info(stopped);
    return EXIT.ok;
  }
  log.warn(`${stopped}, ${whichOf(unfinished, all)} finish`);
  return EXIT.unfinished;
}

/** The middle of a sentence: `2 of which could not`. */
function whichOf(unfinished: number, all: number): string {
  if (unfinished < all) return `${unfinished} of which could not`;
  return all === 1 ? "which could not" : "none of which could";
}

/** Runs the worker until it has drained or fails. */
async function work({ worker, lifecycle, log }: ServeDeps): Promise<End> {
  try {
    await worker.run();
    if (lifecycle.state !== "running") return "ended";
    log.error("The Temporal worker has ended by itself: nothing would be executed any more");
    return "failed";
  } catch (error) {
    log.error(`The Temporal worker failed: ${messageOf(error)}`);
    return "failed";
  }
}

/** Stops polling when a drain is requested. Resolves when no further task can arrive. */
async function drain({ worker, lifecycle, executions, drainTimeoutMs, log }: ServeDeps): Promise<void> {
  await lifecycle.whenReached("draining");
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
  await lifecycle.whenReached("draining");
  const passed = async () => {
    await sleep(drainTimeoutMs, over);
    return `DRAIN_TIMEOUT (${humanDuration(drainTimeoutMs)}) has passed`;
  };
  const passedEarlier = async () => {
    await lifecycle.deadlineMoved;
    await sleep((lifecycle.deadline?.getTime() ?? Date.now()) - Date.now(), over);
    return "Cancelled executions did not end";
  };
  const what = await Promise.race([passed(), passedEarlier()]);
  if (over.aborted || lifecycle.state !== "draining") return;
  log.warn(`${what}: stopping the executions that still run`);
  lifecycle.requestStop();
}

/** Limits the shutdown of an idle worker: it tells Temporal that it leaves, and Temporal may not answer. */
async function shutdownTimeout({ worker }: ServeDeps, drained: Promise<void>, over: AbortSignal): Promise<End> {
  await drained;
  await worker.slots.activitiesEnded(over).catch(() => undefined);
  await sleep(SHUTDOWN_LIMIT_MS, over);
  return "shutdown-timeout";
}

/** Limits how long stopped executions are waited for. */
async function stopTimeout({ lifecycle }: ServeDeps, drained: Promise<void>, over: AbortSignal): Promise<End> {
  await Promise.all([lifecycle.whenReached("stopping"), drained]);
  await sleep(STOP_LIMIT_MS, over);
  return "stop-timeout";
}

function logTimeout(end: End, { executions, log }: ServeDeps): void {
  if (end === "shutdown-timeout")
    log.warn(
      `Temporal did not confirm within ${humanDuration(SHUTDOWN_LIMIT_MS)} that this worker leaves: leaving anyway`,
    );
  if (end === "stop-timeout")
    log.warn(
      `${plural(executions.count, "stopped execution")} did not end within ${humanDuration(STOP_LIMIT_MS)}: leaving anyway`,
    );
}

/** The worker has failed, but executions may still run and have to deliver their last status. */
async function endFailed({ lifecycle, executions }: ServeDeps): Promise<ExitCode> {
  lifecycle.requestStop();
  await waitAtMost(executions.idle(), STOP_LIMIT_MS);
  return EXIT.failed;
}
