import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";

/** How long to wait for an announced execution before asking Temporal whether it will still arrive. */
const ASK_AFTER_MS = 2_000;
const ASK_AGAIN_MS = 5_000;

/** @returns whether the workflow of an execution is open; `undefined` if unknown */
export type IsWorkflowOpen = (executionId: string) => Promise<boolean | undefined>;

/** For callers without a connection to Temporal. */
export const unknownWorkflowState: IsWorkflowOpen = async () => undefined;

/** Finds out whether announced executions will still arrive. All waiters of a process share its calls to Temporal. */
export class Arrivals {
  readonly #isWorkflowOpen: IsWorkflowOpen;
  readonly #log: Logger;
  /** When Temporal was last asked, by execution; only recent entries. */
  readonly #asked = new Map<string, number>();

  constructor(isWorkflowOpen: IsWorkflowOpen, log: Logger) {
    this.#isWorkflowOpen = isWorkflowOpen;
    this.#log = log;
  }

  /** @param since when the wait began @returns whether the workflow is known to have ended. Never throws. */
  async hasEnded(executionId: string, since: number): Promise<boolean> {
    const now = performance.now();
    if (now - since < ASK_AFTER_MS) return false;
    for (const [id, askedAt] of this.#asked) if (now - askedAt >= ASK_AGAIN_MS) this.#asked.delete(id);
    if (this.#asked.has(executionId)) return false;
    this.#asked.set(executionId, now);
    try {
      return (await this.#isWorkflowOpen(executionId)) === false;
    } catch (error) {
      this.#log.debug(
        `Temporal could not be asked whether the execution ${executionId} is still open: ${messageOf(error)}`,
      );
      return false;
    }
  }
}
