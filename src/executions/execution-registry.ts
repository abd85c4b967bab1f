import { stopReasons } from "./stop-reason.ts";

/** An execution that this runner has taken. */
export interface RunningExecution {
  readonly id: string;
  readonly startedAt: Date;
  /** Aborts with a StopReason. */
  readonly signal: AbortSignal;
  /** The first reason counts. */
  stop(reason: Error): void;
  /** Takes it off the list. */
  end(): void;
}

/** The executions that this runner has taken and not yet ended. */
export class ExecutionRegistry {
  readonly #running = new Set<RunningExecution>();
  #idle = Promise.withResolvers<void>();
  #finished = 0;
  #stopping: (() => void) | undefined;

  begin(id: string): RunningExecution {
    const controller = new AbortController();
    const execution: RunningExecution = {
      id,
      startedAt: new Date(),
      signal: controller.signal,
      stop: (reason) => controller.abort(reason),
      end: () => {
        if (!this.#running.delete(execution)) return;
        this.#finished++;
        if (this.#running.size === 0) this.#idle.resolve();
      },
    };
    if (this.#running.size === 0) this.#idle = Promise.withResolvers();
    this.#running.add(execution);
    if (this.#stopping !== undefined) {
      execution.stop(stopReasons.runnerStopped());
      this.#stopping();
    }
    return execution;
  }

  get count(): number {
    return this.#running.size;
  }

  /** How many have ended since the start. */
  get finished(): number {
    return this.#finished;
  }

  /**
   * Ends all of them, and those that still come: the runner stops.
   * @param onLate told of each that comes later
   */
  stopAll(onLate: () => void = () => undefined): void {
    this.#stopping = onLate;
    for (const execution of this.#running) execution.stop(stopReasons.runnerStopped());
  }

  /** Resolves when none is left. */
  async idle(): Promise<void> {
    if (this.#running.size > 0) await this.#idle.promise;
  }
}
