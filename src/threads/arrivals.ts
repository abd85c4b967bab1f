import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";

/** How long an announced execution may be on its way before Temporal is asked whether it still comes, and then again. */
const ASK_AFTER_MS = 2_000;
const ASK_AGAIN_MS = 5_000;

/** @returns whether the workflow of an execution is open; `undefined` where that is not known */
export type IsWorkflowOpen = (executionId: string) => Promise<boolean | undefined>;

/** Where Temporal cannot be asked. */
export const notKnown: IsWorkflowOpen = async () => undefined;

/** Finds out whether announced executions still arrive. All waiters of a process ask together. */
export class Arrivals {
  readonly #isWorkflowOpen: IsWorkflowOpen;
  readonly #log: Logger;
  /** When Temporal was last asked about an execution; only recent ones. */
  readonly #asked = new Map<string, number>();

  constructor(isWorkflowOpen: IsWorkflowOpen, log: Logger) {
    this.#isWorkflowOpen = isWorkflowOpen;
    this.#log = log;
  }

  /** @returns whether the workflow of an execution that is waited for since then is known to have ended; never throws */
  async isOver(executionId: string, since: number): Promise<boolean> {
    const now = performance.now();
    if (now - since < ASK_AFTER_MS) return false;
    for (const [id, askedAt] of this.#asked) if (now - askedAt >= ASK_AGAIN_MS) this.#asked.delete(id);
    if (this.#asked.has(executionId)) return false;
    this.#asked.set(executionId, now);
    try {
      return (await this.#isWorkflowOpen(executionId)) === false;
    } catch (error) {
      this.#log.debug(`Whether the execution ${executionId} still arrives is not known: ${messageOf(error)}`);
      return false;
    }
  }
}
