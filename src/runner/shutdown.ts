import type { Lifecycle } from "../cli/index.ts";
import { EXIT, type ExitCode } from "../cli/index.ts";
import type { ExecutionRegistry } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { plural } from "../shared/text.ts";
import { humanDuration, sleep, waitAtMost } from "../shared/time.ts";
import type { ActivityWorker } from "../temporal/index.ts";

/** How long executions may take to end once they were told to stop and no task can arrive any more. */
export const STOP_LIMIT_MS = 20_000;

/** How long leaving may take when nothing runs any more. */
const LEAVE_LIMIT_MS = 3_000;

export interface ShutdownDeps {
  readonly worker: ActivityWorker;
  /** What the worker's `run` returned. */
  readonly working: Promise<void>;
  readonly lifecycle: Lifecycle;
  readonly executions: ExecutionRegistry;
  readonly drainTimeoutMs: number;
  readonly log: Logger;
}

/** The way from running to stopped: drain; after its time or a second word stop; and a limit behind both. */
export class Shutdown {
  readonly #deps: ShutdownDeps;
  readonly #worked: Promise<void>;
  readonly #drained = Promise.withResolvers<void>();
  #failure: unknown;
  #unfinished = false;
  /** Resolves when nothing runs any more, or is not waited for. */
  readonly ended: Promise<ExitCode>;

  constructor(deps: ShutdownDeps) {
    this.#deps = deps;
    this.#worked = deps.working.catch((error: unknown) => {
      this.#failure = error ?? new Error("unknown");
      deps.log.error(`The Temporal worker failed: ${messageOf(error)}`);
    });
    this.ended = this.#run();
  }

  /** Takes nothing new; what runs may finish. */
  drain(): void {
    const { lifecycle, executions, drainTimeoutMs, log, worker } = this.#deps;
    const deadline = new Date(Date.now() + drainTimeoutMs);
    if (!lifecycle.advance("draining", deadline)) return;
    const running = executions.count;
    log.info(
      running === 0
        ? "Draining: nothing runs"
        : `Draining: ${plural(running, "execution")} may go on for ${humanDuration(drainTimeoutMs)}`,
    );
    void worker
      .drain(deadline.getTime())
      .catch((error: unknown) => log.error(`Draining failed: ${messageOf(error)}`))
      .finally(this.#drained.resolve);
  }

  /** Ends what runs, and what still arrives. */
  stop(): void {
    this.drain();
    const { lifecycle, executions, log } = this.#deps;
    if (!lifecycle.advance("stopping")) return;
    this.#unfinished = executions.count > 0;
    if (this.#unfinished) log.warn(`Stopping ${plural(executions.count, "execution")}`);
    executions.stopAll(() => {
      this.#unfinished = true;
    });
  }

  /** The worker says good-bye to Temporal, which may not answer: with nothing left to do it is not waited for long. */
  async #idle(signal: AbortSignal): Promise<void> {
    await this.#drained.promise;
    await this.#deps.worker.slots.activitiesEnded(signal).catch(() => undefined);
    await sleep(LEAVE_LIMIT_MS, signal);
  }

  async #run(): Promise<ExitCode> {
    const { lifecycle, executions, drainTimeoutMs, log } = this.#deps;
    const over = new AbortController();
    void lifecycle.reached("draining").then(async () => {
      await sleep(drainTimeoutMs, over.signal);
      if (over.signal.aborted) return;
      log.warn(`The drain time of ${humanDuration(drainTimeoutMs)} is over`);
      this.stop();
    });
    const limit = Promise.all([lifecycle.reached("stopping"), this.#drained.promise]).then(() =>
      sleep(STOP_LIMIT_MS, over.signal),
    );
    await Promise.race([this.#worked, limit, this.#idle(over.signal)]);
    over.abort();
    if (this.#failure !== undefined) {
      // The worker is gone, but executions may still run and have their last status to deliver.
      this.stop();
      await waitAtMost(executions.idle(), STOP_LIMIT_MS);
      return EXIT.failed;
    }
    const unfinished = this.#unfinished || executions.count > 0;
    log.info(
      `Stopped after ${plural(executions.finished, "execution")}${unfinished ? "; not all of them could finish" : ""}`,
    );
    return unfinished ? EXIT.unfinished : EXIT.ok;
  }
}
