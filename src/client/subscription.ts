import { sleep } from "../shared/time.ts";
import { type AgentExecution, AgentExecutionQueryController, type StigmerClient } from "../stigmer/index.ts";
import { isTerminal } from "./phase.ts";

/** A subscription sends the current state at once: this long it may take. */
const FIRST_MS = 5_000;
/** An agent may think for long: after so much silence the backend is asked whether it is there. */
const SILENCE_MS = 10_000;
/** How long that answer may take. */
const ANSWER_MS = 8_000;

/** One stream of an execution's states, which is watched: a backend that hangs keeps its connections open. */
export class Subscription {
  readonly #client: StigmerClient;
  readonly #executionId: string;
  readonly #over = new AbortController();
  readonly #signal: AbortSignal;

  constructor(client: StigmerClient, executionId: string, signal: AbortSignal) {
    this.#client = client;
    this.#executionId = executionId;
    this.#signal = AbortSignal.any([signal, this.#over.signal]);
  }

  /**
   * The states as they come, and signs of life in between.
   * @throws StigmerError where the stream fails, or nothing is heard any more
   */
  async *signs(): AsyncGenerator<AgentExecution | "alive"> {
    const { subscribe } = AgentExecutionQueryController.method;
    const states = this.#client.stream(subscribe, { value: this.#executionId }, this.#signal);
    let patience = FIRST_MS;
    for (;;) {
      const next = states.next();
      // It is given up where the backend does not answer meanwhile.
      next.catch(() => undefined);
      while (!(await settled(next, patience, this.#signal))) {
        const state = await this.#ask();
        yield isTerminal(state) ? state : "alive";
      }
      const { done, value } = await next;
      if (done === true) return;
      patience = SILENCE_MS;
      yield value;
    }
  }

  close(): void {
    this.#over.abort();
  }

  /** Asks the backend for the state: whether it is there, and whether the last state has got lost. */
  async #ask(): Promise<AgentExecution> {
    const { get } = AgentExecutionQueryController.method;
    const options = { signal: this.#signal, timeoutMs: ANSWER_MS };
    return await this.#client.call(get, { value: this.#executionId }, options);
  }
}

/** Whether a promise settles within a time, or the signal aborts. */
async function settled(promise: Promise<unknown>, ms: number, signal: AbortSignal): Promise<boolean> {
  const over = new AbortController();
  const ended = promise.then(
    () => true,
    () => true,
  );
  const waited = sleep(ms, AbortSignal.any([signal, over.signal])).then(() => signal.aborted);
  const result = await Promise.race([ended, waited]);
  over.abort();
  return result;
}
