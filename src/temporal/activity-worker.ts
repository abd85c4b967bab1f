import type { NativeConnection, Worker } from "@temporalio/worker";
import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { plural } from "../shared/text.ts";
import { humanDuration, sleep, withTimeout } from "../shared/time.ts";
import type { ExecutionSlots } from "./execution-slots.ts";
import type { ExpectedExecutions } from "./expected-executions.ts";
import { describeTaskQueue, type TaskQueueState } from "./task-queue.ts";

/** Temporal answers an empty poll after a minute; some room on top. */
const POLL_LIMIT_MS = 65_000;
/** Interval of checking whether the queue is quiet, and the time limit of one check. */
const POLL_INTERVAL_MS = 1_000;
const DESCRIBE_TIMEOUT_MS = 2_000;

export interface ActivityWorkerDeps {
  readonly worker: Worker;
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly identity: string;
  readonly slots: ExecutionSlots;
  readonly expected: ExpectedExecutions;
  readonly log: Logger;
}

/**
 * A Temporal worker that shuts down without losing a task. Shutting the SDK's worker down cuts off open polls, and a
 * server that ends polls itself (`worker_poll_complete_on_shutdown`) ignores tasks in flight: a task dispatched at that
 * moment is lost. Draining therefore opens no further poll, waits for the open ones as long as they can return a task, and
 * still runs what they return.
 */
export class ActivityWorker {
  readonly slots: ExecutionSlots;
  readonly #deps: ActivityWorkerDeps;
  #draining: Promise<void> | undefined;

  constructor(deps: ActivityWorkerDeps) {
    this.#deps = deps;
    this.slots = deps.slots;
  }

  /** Polls until it is drained. Resolves when all activities have ended. @throws if the worker fails */
  async run(): Promise<void> {
    await this.#deps.worker.run();
  }

  /**
   * Stops polling. Idempotent. Resolves when no poll is open; `run` resolves when the running activities have ended.
   * @param deadline of waiting for open polls, in ms since the epoch
   */
  async drain(deadline: number): Promise<void> {
    this.#draining ??= this.#drain(Math.min(deadline, Date.now() + POLL_LIMIT_MS));
    await this.#draining;
  }

  async #drain(end: number): Promise<void> {
    const { worker, slots, log } = this.#deps;
    slots.close();
    if (worker.getState() !== "RUNNING") return;
    await this.#awaitPolls(end);
    if (slots.openPolls > 0) log.debug(`Ending ${plural(slots.openPolls, "open poll")}`);
    if (worker.getState() === "RUNNING") worker.shutdown();
  }

  /** Returns when the open polls were answered, cannot return a task, or the time is over. */
  async #awaitPolls(end: number): Promise<void> {
    const { slots, log } = this.#deps;
    for (let round = 0; slots.openPolls > 0 && Date.now() < end; round++) {
      if (await this.#isQuiet()) return;
      if (round === 0) {
        log.info(
          `Waiting for Temporal to answer ${plural(slots.openPolls, "open poll")}, for up to ${humanDuration(end - Date.now())}: a task that is dispatched now would be lost otherwise`,
        );
      }
      const over = new AbortController();
      await Promise.race([slots.pollsAnswered(over.signal), sleep(POLL_INTERVAL_MS, over.signal)]);
      over.abort();
    }
    if (slots.openPolls > 0)
      log.warn(
        `${plural(slots.openPolls, "open poll")} not answered in time: a task that is dispatched at this moment is lost`,
      );
  }

  /**
   * Whether it is certain that no open poll will return an execution. Each execution is announced by another task of its
   * workflow right before it, so it can only arrive if a task was added recently. If this worker is the only one that polls
   * the queue, it has seen the announcement.
   */
  async #isQuiet(): Promise<boolean> {
    const { identity, expected, slots, log } = this.#deps;
    if (expected.count > 0) return false;
    const before = slots.openPolls;
    try {
      const queue = await inTime(describeTaskQueue(this.#deps.connection, this.#deps, DESCRIBE_TIMEOUT_MS));
      if (expected.count > 0 || slots.openPolls < before) return false;
      return others(queue, identity).length === 0 || queue.addRate === 0;
    } catch (error) {
      // A poll's answer would not arrive either.
      log.debug(`The task queue cannot be described: ${messageOf(error)}`);
      return !(await this.#isReachable());
    }
  }

  async #isReachable(): Promise<boolean> {
    const { connection } = this.#deps;
    const call = () => connection.workflowService.getSystemInfo({});
    return await inTime(connection.withDeadline(Date.now() + DESCRIBE_TIMEOUT_MS, call)).then(
      () => true,
      () => false,
    );
  }
}

/** The SDK repeats a call that was refused, beyond its deadline. */
async function inTime<T>(call: Promise<T>): Promise<T> {
  return await withTimeout(call, DESCRIBE_TIMEOUT_MS, () => new Error("Temporal did not answer in time"));
}

function others({ pollers }: TaskQueueState, identity: string): readonly string[] {
  return pollers.map((poller) => poller.identity).filter((other) => other !== identity);
}
