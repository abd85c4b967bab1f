import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import type { WorkflowState, Workflows } from "../temporal/index.ts";
import { completeActivity, type EndDeps, endStatus } from "./end-execution.ts";
import type { JournalEntry } from "./journal.ts";

export interface AbandonedDeps extends EndDeps {
  readonly workflows: Pick<Workflows, "describe" | "completeActivity">;
  /** Whether it is certain that the execution's runner has ended. */
  readonly isCertain: boolean;
}

export interface SilenceLimits {
  /** A runner that has sent no heartbeat for this time no longer works on the execution. */
  readonly silentMs: number;
  /** If Temporal does not know the workflow for this time, the execution has ended. Longer than any execution. */
  readonly unknownMs: number;
}

/** `done`: nothing is left to do; `alive`: its runner is running; `open`: check again later. */
export type Verdict = "done" | "alive" | "open";

/** The time of the activity's last heartbeat according to Temporal, or the state of its workflow. */
type Observation = number | "open" | "closed" | "unknown";

/**
 * An execution that a runner seems to have abandoned. It is checked until that is certain, and then ended. Durations are
 * measured with the local monotonic clock only, because Temporal's clock may differ.
 */
export class AbandonedExecution {
  readonly entry: JournalEntry;
  readonly #deps: AbandonedDeps;
  readonly #limits: SilenceLimits;
  readonly #log: Logger;
  /** The last observation, and since when it is unchanged. Reset after a failed check, which could hide a heartbeat. */
  #last: { readonly observation: Observation; readonly since: number } | undefined;

  constructor(entry: JournalEntry, deps: AbandonedDeps, limits: SilenceLimits) {
    this.entry = entry;
    this.#deps = deps;
    this.#limits = limits;
    this.#log = deps.log;
  }

  /** @throws if Temporal or the backend does not answer */
  async check(): Promise<Verdict> {
    const observation = await this.#observe();
    const { isCertain } = this.#deps;
    const before = this.#last?.observation;
    if (!isCertain && typeof observation === "number" && typeof before === "number" && observation > before) {
      this.#log.debug(`The runner of execution ${this.entry.executionId} is running`);
      return "alive";
    }
    if (before !== observation) this.#last = { observation, since: performance.now() };
    if (observation === "open" || !(isCertain || this.#isUnchanged(observation))) return "open";
    const status = await endStatus(this.entry, this.#deps);
    if (status === undefined || typeof observation !== "number") return "done";
    // Also if its runner sent that status: an activity that times out makes the server replace all messages.
    return (await completeActivity(this.entry, status, this.#deps.workflows)) ? "done" : "open";
  }

  async #observe(): Promise<Observation> {
    try {
      return observationOf(await this.#deps.workflows.describe(this.entry), this.entry.activityId);
    } catch (error) {
      this.#last = undefined;
      throw new Error(`Temporal does not answer: ${messageOf(error)}`, { cause: error });
    }
  }

  #isUnchanged(observation: Observation): boolean {
    const { silentMs, unknownMs } = this.#limits;
    const since = this.#last?.since ?? performance.now();
    return performance.now() - since >= (observation === "unknown" ? unknownMs : silentMs);
  }
}

function observationOf(workflow: WorkflowState | undefined, activityId: string): Observation {
  if (workflow === undefined) return "unknown";
  return workflow.pending.get(activityId)?.aliveAt ?? (workflow.isOpen ? "open" : "closed");
}
