import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import type { AgentExecutionStatus } from "../stigmer/index.ts";
import type { WorkflowState, Workflows } from "../temporal/index.ts";
import { completeActivity, type EndDeps, endStatus } from "./end-execution.ts";
import type { JournalEntry } from "./journal.ts";

export interface AbandonedDeps extends EndDeps {
  readonly workflows: Pick<Workflows, "describe" | "completeActivity">;
  /** Whether it is sure that the runner which had the execution has ended. */
  readonly isCertain: boolean;
}

export interface SilenceLimits {
  /** A runner sends heartbeats every few seconds; one that sent none for so long does not work on the execution any more. */
  readonly silentMs: number;
  /** Longer than any execution may take: so long Temporal must not know its workflow before it has surely ended. */
  readonly unknownMs: number;
}

/** `done`: nothing is left to do; `alive`: its runner lives after all; `open`: it is to be looked at again. */
export type Verdict = "done" | "alive" | "open";

/** What Temporal tells: when the activity's last sign of life came, or why there is none to come. */
type Sight = number | "open" | "closed" | "unknown";

/**
 * An execution that a runner seems to have left behind: looked at until that is known for sure, and then ended. Time is
 * measured here and on one clock, since that of Temporal may be another one.
 */
export class AbandonedExecution {
  readonly entry: JournalEntry;
  readonly #deps: AbandonedDeps;
  readonly #limits: SilenceLimits;
  readonly #log: Logger;
  /** What Temporal told last, and since when: without a failed look in between, which could hide a sign of life. */
  #last: { readonly sight: Sight; readonly since: number } | undefined;
  /** The last status, where the activity has yet to be completed with it. */
  #sent: AgentExecutionStatus | undefined;

  constructor(entry: JournalEntry, deps: AbandonedDeps, limits: SilenceLimits) {
    this.entry = entry;
    this.#deps = deps;
    this.#limits = limits;
    this.#log = deps.log;
  }

  /** @throws where Temporal or the backend does not answer */
  async look(): Promise<Verdict> {
    const sight = await this.#see();
    const { isCertain } = this.#deps;
    const before = this.#last?.sight;
    if (!isCertain && typeof sight === "number" && typeof before === "number" && sight > before) {
      this.#log.debug(`The runner of execution ${this.entry.executionId} lives`);
      return "alive";
    }
    if (before !== sight) this.#last = { sight, since: performance.now() };
    if (sight === "open" || !(isCertain || this.#isUnchanged(sight))) return "open";
    if (typeof sight !== "number") {
      await endStatus(this.entry, this.#deps);
      return "done";
    }
    this.#sent ??= await endStatus(this.entry, this.#deps);
    if (this.#sent === undefined) return "done";
    return (await completeActivity(this.entry, this.#sent, this.#deps.workflows)) ? "done" : "open";
  }

  async #see(): Promise<Sight> {
    try {
      return sightOf(await this.#deps.workflows.describe(this.entry), this.entry.activityId);
    } catch (error) {
      this.#last = undefined;
      throw new Error(`Temporal does not tell: ${messageOf(error)}`, { cause: error });
    }
  }

  #isUnchanged(sight: Sight): boolean {
    const { silentMs, unknownMs } = this.#limits;
    const since = this.#last?.since ?? performance.now();
    return performance.now() - since >= (sight === "unknown" ? unknownMs : silentMs);
  }
}

function sightOf(workflow: WorkflowState | undefined, activityId: string): Sight {
  if (workflow === undefined) return "unknown";
  return workflow.pending.get(activityId)?.aliveAt ?? (workflow.isOpen ? "open" : "closed");
}
