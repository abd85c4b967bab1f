import { messageOf } from "../shared/errors.ts";
import { plural } from "../shared/text.ts";
import { sleep } from "../shared/time.ts";
import type { Journal, JournalEntry } from "./journal.ts";
import { type RepairDeps, repairExecution } from "./repair-execution.ts";

const EVERY_MS = 15_000;
/** Executions that are repaired at the same time. */
const MAX_AT_ONCE = 4;

export interface RecoveryDeps extends Omit<RepairDeps, "signal"> {
  readonly journal: Journal;
}

/** Looks for executions that were left behind by runners which ended unexpectedly, and ends them. */
export class Recovery {
  readonly #deps: RecoveryDeps;
  readonly #ending = new AbortController();

  constructor(deps: RecoveryDeps) {
    this.#deps = deps;
    void this.#loop();
  }

  stop(): void {
    this.#ending.abort();
  }

  async #loop(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await this.#round().catch((error: unknown) =>
        this.#deps.log.debug(`Executions that were left behind cannot be looked for: ${messageOf(error)}`),
      );
      await sleep(EVERY_MS, signal);
    }
  }

  async #round(): Promise<void> {
    const { journal, log } = this.#deps;
    const left = [...(await journal.takeAbandoned())];
    if (left.length > 0) log.info(`Looking after ${plural(left.length, "execution")} that a runner left behind`);
    const lane = async () => {
      for (let entry = left.shift(); entry !== undefined; entry = left.shift()) await this.#repair(entry);
    };
    await Promise.all(Array.from({ length: MAX_AT_ONCE }, lane));
  }

  async #repair(entry: JournalEntry): Promise<void> {
    const { journal, ...deps } = this.#deps;
    const { signal } = this.#ending;
    const isDone = await repairExecution(entry, { ...deps, signal }).catch((error: unknown) => {
      deps.log.debug(`Execution ${entry.executionId} could not be repaired: ${messageOf(error)}`);
      return false;
    });
    // What is not done stays in the journal: the next runner tries again.
    if (isDone) await journal.end(entry.executionId);
  }
}
