/** What the runner is doing. It only ever goes forward. */
export const STATES = ["starting", "running", "draining", "stopping", "stopped"] as const;
export type State = (typeof STATES)[number];

/** A start that ends because a drain was requested. */
export class StartStopped extends Error {
  override readonly name = "StartStopped";

  constructor() {
    super("The start was stopped");
  }
}

/**
 * The state machine of start, drain and stop, and its only owner. The program creates it before it loads anything else;
 * signals, the admin server and failing parts request, and the runner follows.
 *
 * - While starting, a drain ends the start, which closes what it has opened. A stop does not wait for what is being opened.
 * - While running, a drain takes nothing new and lets what runs finish. A stop ends what runs.
 */
export class Lifecycle {
  readonly startedAt = new Date();
  #state: State = "starting";
  #drainTimeoutMs: number | undefined;
  #deadline: Date | undefined;
  #isFaulty = false;
  readonly #drain = new AbortController();
  readonly #reached = new Map(STATES.map((state) => [state, Promise.withResolvers<void>()]));

  get state(): State {
    return this.#state;
  }

  /** Until when what runs may go on; known from the request to drain, unless it came before the configuration. */
  get deadline(): Date | undefined {
    return this.#deadline;
  }

  /** Whether something failed that the process does not survive: it drains, and ends with a failure. */
  get isFaulty(): boolean {
    return this.#isFaulty;
  }

  /** Aborts when a drain or a stop is requested, with StartStopped as its reason: for what the start waits for. */
  get drainRequested(): AbortSignal {
    return this.#drain.signal;
  }

  /** Finish and leave. Later requests change nothing, the deadline least of all. */
  requestDrain(): void {
    if (!this.#advance("draining")) return;
    if (this.#drainTimeoutMs !== undefined) this.#deadline = new Date(Date.now() + this.#drainTimeoutMs);
    this.#drain.abort(new StartStopped());
  }

  /** Leave now: end what runs. */
  requestStop(): void {
    this.requestDrain();
    this.#advance("stopping");
  }

  /** Something failed that the process does not survive: drains, and makes it end with a failure. */
  fail(): void {
    this.#isFaulty = true;
    this.requestDrain();
  }

  /** Sets how long what runs may go on once a drain is requested. */
  limitDrain(timeoutMs: number): void {
    this.#drainTimeoutMs = timeoutMs;
  }

  /** The start is complete. @throws StartStopped if a drain was requested meanwhile */
  markRunning(): void {
    this.#drain.signal.throwIfAborted();
    this.#advance("running");
  }

  /** Everything has ended and is closed. */
  markStopped(): void {
    this.#advance("stopped");
  }

  /** Resolves when a state was reached or passed. */
  async reached(state: State): Promise<void> {
    await this.#reached.get(state)?.promise;
  }

  /** Goes to a later state. @returns whether it was not there, or further, already */
  #advance(to: State): boolean {
    if (STATES.indexOf(to) <= STATES.indexOf(this.#state)) return false;
    this.#state = to;
    // States that were left out count as reached: who waits for them must not wait forever.
    for (const state of STATES.slice(0, STATES.indexOf(to) + 1)) this.#reached.get(state)?.resolve();
    return true;
  }
}
