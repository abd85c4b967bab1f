/** The states of a runner, in order. It never goes back. */
const STATES = ["starting", "running", "draining", "stopping", "stopped"] as const;
export type State = (typeof STATES)[number];

/** A start that ends because a drain was requested. */
export class StartInterrupted extends Error {
  override readonly name = "StartInterrupted";

  constructor() {
    super("The start was stopped");
  }
}

/**
 * Owns start, drain and stop. The program creates it before it loads anything else. Signals, the admin server and failing
 * parts request a drain or a stop; the runner follows the state.
 *
 * - During the start, a drain ends the start in order: what was opened is closed. A stop does the same, but does not wait
 *   for what is still being opened.
 * - While running, a drain lets running executions finish and takes no new ones. A stop ends them.
 */
export class Lifecycle {
  readonly startedAt = new Date();
  #state: State = "starting";
  #drainTimeoutMs: number | undefined;
  #deadline: Date | undefined;
  readonly #moved = Promise.withResolvers<void>();
  #hasFailed = false;
  readonly #drain = new AbortController();
  readonly #reached = new Map(STATES.map((state) => [state, Promise.withResolvers<void>()]));

  get state(): State {
    return this.#state;
  }

  /** When running executions are stopped. Set by the request to drain, if the configuration was read before. */
  get deadline(): Date | undefined {
    return this.#deadline;
  }

  /** Whether a failure requested the drain. The process then exits with a failure. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Aborts when a drain or a stop is requested; the reason is a StartInterrupted. Ends what the start waits for. */
  get drainRequested(): AbortSignal {
    return this.#drain.signal;
  }

  /** Finish what runs, then leave. Further requests have no effect; they do not move the deadline. */
  requestDrain(): void {
    if (!this.#advance("draining")) return;
    if (this.#drainTimeoutMs !== undefined) this.#deadline = new Date(Date.now() + this.#drainTimeoutMs);
    this.#drain.abort(new StartInterrupted());
  }

  /** Moves the deadline of the drain to an earlier time, never to a later one. */
  limitDrain(timeoutMs: number): void {
    const deadline = new Date(Date.now() + timeoutMs);
    if (this.#deadline !== undefined && this.#deadline <= deadline) return;
    this.#deadline = deadline;
    this.#moved.resolve();
  }

  /** Resolves when the deadline was moved by {@link limitDrain}. */
  get deadlineMoved(): Promise<void> {
    return this.#moved.promise;
  }

  /** End what runs, then leave. */
  requestStop(): void {
    this.requestDrain();
    this.#advance("stopping");
  }

  /** Drains after a failure that the process cannot recover from, and makes it exit with a failure. */
  fail(): void {
    this.#hasFailed = true;
    this.requestDrain();
  }

  /** Sets how long executions may run after the request to drain. Must be called before it to have an effect. */
  setDrainTimeout(timeoutMs: number): void {
    this.#drainTimeoutMs = timeoutMs;
  }

  /** The start is complete. @throws StartInterrupted if a drain was requested meanwhile */
  markRunning(): void {
    this.#drain.signal.throwIfAborted();
    this.#advance("running");
  }

  /** Everything has ended and is closed. */
  markStopped(): void {
    this.#advance("stopped");
  }

  /** Resolves when a state was reached or passed. */
  async whenReached(state: State): Promise<void> {
    await this.#reached.get(state)?.promise;
  }

  /** Goes to a later state. @returns false if that state was reached already */
  #advance(to: State): boolean {
    if (STATES.indexOf(to) <= STATES.indexOf(this.#state)) return false;
    this.#state = to;
    // Skipped states count as reached: otherwise those who wait for them would wait forever.
    for (const state of STATES.slice(0, STATES.indexOf(to) + 1)) this.#reached.get(state)?.resolve();
    return true;
  }
}
