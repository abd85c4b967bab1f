import { type LogFields, withLogFields } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { plural } from "../shared/text.ts";
import { humanDuration, sleep } from "../shared/time.ts";
import { type AbandonedDeps, AbandonedExecution, type SilenceLimits } from "./abandoned-execution.ts";
import type { Journal, JournalEntry } from "./journal.ts";

/** Executions that are checked in parallel. */
const MAX_PARALLEL = 4;

export interface RecoveryLimits extends SilenceLimits {
  /** Interval of reading the journal. */
  readonly everyMs: number;
  /** Interval of checking recently taken executions. */
  readonly pollMs: number;
  /**
   * How old a taken execution may be before the log warns. If all are older, they are checked every `everyMs` instead
   * of `pollMs`. Temporal normally fails the activity of a killed runner within about 30 s.
   */
  readonly patienceMs: number;
  /** After this time an execution is given up. */
  readonly giveUpMs: number;
}

const DEFAULT_LIMITS: RecoveryLimits = {
  everyMs: 15_000,
  pollMs: 2_000,
  silentMs: 20_000,
  unknownMs: 15 * 60_000,
  patienceMs: 120_000,
  giveUpMs: 24 * 3_600_000,
};

export interface RecoveryDeps extends Omit<AbandonedDeps, "signal"> {
  readonly journal: Journal;
  readonly limits?: Partial<RecoveryLimits> | undefined;
}

/** An execution that was taken from the journal. */
interface Taken {
  readonly execution: AbandonedExecution;
  readonly since: number;
  /** Whether a warning was logged that it takes long. */
  isWarned: boolean;
}

/** Finds executions that were abandoned by killed runners, and ends them. */
export class Recovery {
  readonly #deps: RecoveryDeps;
  readonly #limits: RecoveryLimits;
  readonly #ending = new AbortController();
  /** Taken executions that have not been ended yet, by id. */
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
          this.#deps.log.debug(`The journal of abandoned executions cannot be read: ${messageOf(error)}`),
        );
        dueAt = performance.now() + everyMs;
      }
      await inParallel([...this.#taken.values()], MAX_PARALLEL, (taken) =>
        withLogFields(idsOf(taken.execution.entry), () => this.#check(taken)),
      );
      const isYoung = [...this.#taken.values()].some(({ since }) => performance.now() - since < patienceMs);
      await sleep(isYoung ? pollMs : everyMs, signal);
    }
  }

  async #take(): Promise<void> {
    const { journal, log } = this.#deps;
    const { signal } = this.#ending;
    const found = (await journal.takeAbandoned()).filter(({ executionId }) => !this.#taken.has(executionId));
    if (found.length > 0) log.info(`Recovering ${plural(found.length, "execution")} that a runner has abandoned`);
    for (const entry of found) {
      const execution = new AbandonedExecution(entry, { ...this.#deps, signal }, this.#limits);
      this.#taken.set(entry.executionId, { execution, since: performance.now(), isWarned: false });
    }
  }

  /** Never throws. What is not done is checked again; if this runner ends first, the next one does it. */
  async #check(taken: Taken): Promise<void> {
    const { journal } = this.#deps;
    const { executionId } = taken.execution.entry;
    if (this.#ending.signal.aborted) return;
    let problem = "its workflow has not ended";
    const verdict = await taken.execution.check().catch((error: unknown) => {
      problem = messageOf(error);
      return "pending" as const;
    });
    if (verdict === "pending") {
      const age = performance.now() - taken.since;
      this.#reportDelay(taken, age, problem);
      if (!this.#isTooOld(age)) return;
    }
    this.#taken.delete(executionId);
    if (verdict === "alive") await journal.giveBack(executionId);
    else await journal.end(executionId);
  }

  #isTooOld(age: number): boolean {
    return age >= this.#limits.giveUpMs;
  }

  /** Logs why an execution has not been ended yet; warns once, and when it is given up. */
  #reportDelay(taken: Taken, age: number, problem: string): void {
    const { log } = this.#deps;
    const { patienceMs, giveUpMs } = this.#limits;
    const what = `The abandoned execution ${taken.execution.entry.executionId} cannot be ended`;
    if (this.#isTooOld(age)) log.warn(`${what}, and is given up after ${humanDuration(giveUpMs)}: ${problem}`);
    else if (age >= patienceMs && !taken.isWarned) {
      taken.isWarned = true;
      log.warn(`${what} yet: ${problem}. Retrying for up to ${humanDuration(giveUpMs)}.`);
    } else log.debug(`${what} yet: ${problem}`);
  }
}

/** What its lines in the log have. */
function idsOf({ executionId, threadId, workflowId, runId, activityId }: JournalEntry): LogFields {
  return { executionId, threadId, workflowId, runId, activityId };
}
