import { sleep } from "../shared/time.ts";
import { type AgentExecution, AgentExecutionQueryController, type StigmerClient } from "../stigmer/index.ts";
import { isTerminal } from "./phase.ts";

/** Time limit of the first state, which a subscription sends at once. */
const FIRST_MS = 5_000;
/** An agent may think for a long time. After this time without a state the backend is probed. */
const SILENCE_MS = 10_000;
/** Time limit of the probe. */
const ANSWER_MS = 8_000;

/** A monitored stream of an execution's states: a hanging backend keeps its connections open. */
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
   * The states as they arrive, and successful probes in between.
   * @throws StigmerError if the stream fails or the backend does not answer
   */
  async *signs(): AsyncGenerator<AgentExecution | "alive"> {
    const { subscribe } = AgentExecutionQueryController.method;
    const states = this.#client.stream(subscribe, { value: this.#executionId }, this.#signal);
    let patience = FIRST_MS;
    for (;;) {
      const next = states.next();
      // Fails if the backend does not answer the probe.
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

  /** Asks the backend for the state: checks that it answers, and that the final state was not lost. */
  async #ask(): Promise<AgentExecution> {
    const { get } = AgentExecutionQueryController.method;
    const options = { signal: this.#signal, timeoutMs: ANSWER_MS };
    return await this.#client.call(get, { value: this.#executionId }, options);
  }
}

/** Whether a promise settles, or the signal aborts, within a time. */
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
