/** What the runner is doing. It only ever goes forward. */
export const STATES = ["starting", "running", "draining", "stopping", "stopped"] as const;
export type State = (typeof STATES)[number];

/** The state machine of start, drain and stop. */
export class Lifecycle {
  readonly startedAt = new Date();
  #state: State = "starting";
  #deadline: Date | undefined;
  readonly #reached = new Map(STATES.map((state) => [state, Promise.withResolvers<void>()]));

  get state(): State {
    return this.#state;
  }

  /** Until when what runs may go on; known from the start of draining. */
  get deadline(): Date | undefined {
    return this.#deadline;
  }

  /**
   * Goes to a later state.
   * @returns whether it was not there, or further, already
   */
  advance(to: State, deadline?: Date): boolean {
    if (STATES.indexOf(to) <= STATES.indexOf(this.#state)) return false;
    this.#state = to;
    this.#deadline ??= deadline;
    // States that were left out count as reached: who waits for them must not wait forever.
    for (const state of STATES.slice(0, STATES.indexOf(to) + 1)) this.#reached.get(state)?.resolve();
    return true;
  }

  /** Resolves when a state was reached or passed. */
  async reached(state: State): Promise<void> {
    await this.#reached.get(state)?.promise;
  }
}
