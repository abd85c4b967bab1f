import type { NativeConnection, Worker } from "@temporalio/worker";
import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { plural } from "../shared/text.ts";
import { humanDuration, sleep } from "../shared/time.ts";
import type { ExecutionSlots } from "./execution-slots.ts";
import type { ExpectedExecutions } from "./expected-executions.ts";
import { describeTaskQueue, type TaskQueueState } from "./task-queue.ts";

/** Temporal answers an empty poll after a minute; some room on top. */
const POLL_LIMIT_MS = 65_000;
/** Between two looks at whether the queue is quiet, and how long one may take. */
const LOOK_INTERVAL_MS = 1_000;
const LOOK_TIMEOUT_MS = 2_000;

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
 * A Temporal worker that leaves without losing a task. Shutting the SDK's worker down cuts open polls off, and servers
 * that can end polls themselves (`worker_poll_complete_on_shutdown`) do so without regard to tasks that are on their way:
 * a task that was just handed out goes nowhere. So no further poll is opened, and the open ones are waited for, as long
 * as they can bring anything; what they bring still runs.
 */
export class ActivityWorker {
  readonly slots: ExecutionSlots;
  readonly #deps: ActivityWorkerDeps;
  #draining: Promise<void> | undefined;

  constructor(deps: ActivityWorkerDeps) {
    this.#deps = deps;
    this.slots = deps.slots;
  }

  /** Polls until it is drained. Resolves when all activities have ended. @throws where the worker fails */
  async run(): Promise<void> {
    await this.#deps.worker.run();
  }

  /**
   * Polls for nothing more. Called again it has no further effect.
   * @param deadline until when open polls are waited for at most, in ms since the epoch
   * @returns when no poll is open any more, and `run` ends as soon as what runs has ended
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

  /** Returns when the open polls were answered, cannot bring anything, or are not waited for any longer. */
  async #awaitPolls(end: number): Promise<void> {
    const { slots, log } = this.#deps;
    for (let look = 0; slots.openPolls > 0 && Date.now() < end; look++) {
      if (await this.#isQuiet()) return;
      if (look === 0) {
        log.info(
          `Waiting for Temporal to answer ${plural(slots.openPolls, "open poll")}, for up to ${humanDuration(end - Date.now())}: a task that is handed out now would be lost otherwise`,
        );
      }
      const over = new AbortController();
      await Promise.race([slots.pollsAnswered(over.signal), sleep(LOOK_INTERVAL_MS, over.signal)]);
      over.abort();
    }
    if (slots.openPolls > 0)
      log.warn(
        `${plural(slots.openPolls, "open poll")} not answered in time: a task that is handed out at this moment is lost`,
      );
  }

  /**
   * Whether open polls surely bring no execution. Each is announced by another task of its workflow right before it, so
   * that it comes only where a task was added lately. On a queue that is polled by this worker alone, the announcement
   * came here.
   */
  async #isQuiet(): Promise<boolean> {
    const { identity, expected, slots, log } = this.#deps;
    if (expected.count > 0) return false;
    const before = slots.openPolls;
    try {
      const queue = await describeTaskQueue(this.#deps.connection, this.#deps, LOOK_TIMEOUT_MS);
      if (expected.count > 0 || slots.openPolls < before) return false;
      return others(queue, identity).length === 0 || queue.addRate === 0;
    } catch (error) {
      // An answer would not arrive either.
      log.debug(`The task queue cannot be described: ${messageOf(error)}`);
      return !(await this.#isReachable());
    }
  }

  async #isReachable(): Promise<boolean> {
    const { connection } = this.#deps;
    return await connection
      .withDeadline(Date.now() + LOOK_TIMEOUT_MS, () => connection.workflowService.getSystemInfo({}))
      .then(
        () => true,
        () => false,
      );
  }
}

function others({ pollers }: TaskQueueState, identity: string): readonly string[] {
  return pollers.map((poller) => poller.identity).filter((other) => other !== identity);
}
