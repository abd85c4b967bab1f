import { type AdminClient, AdminRequestError } from "./admin-client.ts";
import { health } from "./answers.ts";

const NOT_READY = 503;

/** What answers at the address: the runner that was there first, another one, or nobody. */
export type Sight =
  | {
      readonly type: "running" | "leaving";
      /** Until when executions may go on, as the runner says it. */
      readonly deadline: string | null;
    }
  | { readonly type: "replaced" }
  | { readonly type: "silent" };

/** Looks whether a runner still answers, and tells it from one that was started after it. */
export class RunnerWatch {
  readonly #client: AdminClient;
  #uptimeSeconds = 0;
  #isLeaving = false;

  constructor(client: AdminClient) {
    this.#client = client;
  }

  /** @throws the signal's reason */
  async look(signal: AbortSignal): Promise<Sight> {
    try {
      const { state, uptimeSeconds, deadline } = await this.#ask(signal);
      const isLeaving = state !== "running" && state !== "starting";
      // A drain is never taken back.
      if (uptimeSeconds < this.#uptimeSeconds || (this.#isLeaving && !isLeaving)) return { type: "replaced" };
      this.#uptimeSeconds = uptimeSeconds;
      this.#isLeaving = isLeaving;
      return { type: isLeaving ? "leaving" : "running", deadline };
    } catch (error) {
      if (isUnanswered(error)) return { type: "silent" };
      throw error;
    }
  }

  /** For the first look, whose failure is explained as it is. @throws AdminRequestError; the signal's reason */
  async meet(signal: AbortSignal): Promise<void> {
    this.#uptimeSeconds = (await this.#ask(signal)).uptimeSeconds;
  }

  async #ask(signal: AbortSignal) {
    return await this.#client.ask("/healthz", health, { accept: [NOT_READY], signal });
  }
}

/** Whether the request had no answer of the runner. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof AdminRequestError && error.isUnanswered;
}
