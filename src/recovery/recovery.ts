import { messageOf } from "../shared/errors.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { plural } from "../shared/text.ts";
import { humanDuration, sleep } from "../shared/time.ts";
import { type AbandonedDeps, AbandonedExecution, type SilenceLimits } from "./abandoned-execution.ts";
import type { Journal } from "./journal.ts";

/** Executions that are looked at at the same time. */
const MAX_AT_ONCE = 4;

export interface RecoveryLimits extends SilenceLimits {
  /** Between two looks into the journal. */
  readonly everyMs: number;
  /** Between two looks at executions that were taken lately. */
  readonly pollMs: number;
  /**
   * Temporal ends an activity without heartbeats after 30 s, and the server's workflow itself soon after. What takes longer
   * waits for something that is broken: the log says so, and it is looked at more rarely.
   */
  readonly patienceMs: number;
  /** Then an execution is given up. */
  readonly giveUpMs: number;
}

const DEFAULT_LIMITS: RecoveryLimits = {
  ...{ everyMs: 15_000, pollMs: 2_000, silentMs: 20_000, unknownMs: 15 * 60_000 },
  ...{ patienceMs: 120_000, giveUpMs: 24 * 3_600_000 },
};

export interface RecoveryDeps extends Omit<AbandonedDeps, "signal"> {
  readonly journal: Journal;
  readonly limits?: Partial<RecoveryLimits> | undefined;
}

/** An execution that was taken from the journal. */
interface Taken {
  readonly execution: AbandonedExecution;
  readonly since: number;
  /** Whether the log says that it takes long. */
  isTold: boolean;
}

/** Looks for executions that were left behind by runners which ended unexpectedly, and ends them. */
export class Recovery {
  readonly #deps: RecoveryDeps;
  readonly #limits: RecoveryLimits;
  readonly #ending = new AbortController();
  /** By id: those that have not been ended yet. */
  readonly #taken = new Map<string, Taken>();

  constructor(deps: RecoveryDeps) {
    this.#deps = deps;
    this.#limits = { ...DEFAULT_LIMITS, ...deps.limits };
    void this.#loop();
  }

  stop(): void {
    this.#ending.abort();
  }

  async #loop(): Promise<void> {
    const { signal } = this.#ending;
    const { everyMs, pollMs, patienceMs } = this.#limits;
    let dueAt = 0;
    while (!signal.aborted) {
      if (performance.now() >= dueAt) {
        await this.#take().catch((error: unknown) =>
          this.#deps.log.debug(`Executions that were left behind cannot be looked for: ${messageOf(error)}`),
        );
        dueAt = performance.now() + everyMs;
      }
      await inParallel([...this.#taken.values()], MAX_AT_ONCE, (taken) => this.#look(taken));
      const isYoung = [...this.#taken.values()].some(({ since }) => performance.now() - since < patienceMs);
      await sleep(isYoung ? pollMs : everyMs, signal);
    }
  }

  async #take(): Promise<void> {
    const { journal, log } = this.#deps;
    const { signal } = this.#ending;
    const found = (await journal.takeAbandoned()).filter(({ executionId }) => !this.#taken.has(executionId));
    if (found.length > 0) log.info(`Looking after ${plural(found.length, "execution")} that a runner left behind`);
    for (const entry of found) {
      const execution = new AbandonedExecution(entry, { ...this.#deps, signal }, this.#limits);
      this.#taken.set(entry.executionId, { execution, since: performance.now(), isTold: false });
    }
  }

  /** Never fails. What is not done is looked at again; where this runner ends before, the next one does it. */
  async #look(taken: Taken): Promise<void> {
    const { journal } = this.#deps;
    const { executionId } = taken.execution.entry;
    if (this.#ending.signal.aborted) return;
    let problem = "its workflow has not ended";
    const verdict = await taken.execution.look().catch((error: unknown) => {
      problem = messageOf(error);
      return "open" as const;
    });
    if (verdict === "open" && !this.#isGivenUp(taken, problem)) return;
    this.#taken.delete(executionId);
    if (verdict === "alive") await journal.giveBack(executionId);
    else await journal.end(executionId);
  }

  #isGivenUp(taken: Taken, problem: string): boolean {
    const { log } = this.#deps;
    const { patienceMs, giveUpMs } = this.#limits;
    const age = performance.now() - taken.since;
    const what = `Execution ${taken.execution.entry.executionId}, which a runner left behind, cannot be ended`;
    if (age >= giveUpMs) log.warn(`${what}, and is given up after ${humanDuration(giveUpMs)}: ${problem}`);
    else if (age >= patienceMs && !taken.isTold) {
      taken.isTold = true;
      log.warn(`${what} yet: ${problem}. It is tried again for up to ${humanDuration(giveUpMs)}.`);
    } else log.debug(`${what} yet: ${problem}`);
    return age >= giveUpMs;
  }
}
