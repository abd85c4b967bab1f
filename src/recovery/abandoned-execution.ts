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

/** `done`: nothing is left to do; `alive`: its runner is running; `pending`: check again later. */
export type Verdict = "done" | "alive" | "pending";

/** The time of the activity's last heartbeat according to Temporal; if it is not pending, the state of its workflow. */
type Observation = number | "workflow-open" | "workflow-closed" | "workflow-unknown";

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
    const workflow = await this.#describe();
    const observation = observationOf(workflow, this.entry.activityId);
    const { isCertain } = this.#deps;
    const before = this.#last?.observation;
    if (!isCertain && typeof observation === "number" && typeof before === "number" && observation > before) {
      this.#log.debug(`The runner of execution ${this.entry.executionId} is running`);
      return "alive";
    }
    if (before !== observation) this.#last = { observation, since: performance.now() };
    if (observation === "workflow-open" || !(isCertain || this.#isUnchanged(observation))) return "pending";
    const status = await endStatus(this.entry, this.#deps, workflow?.isCancelled === true);
    if (status === undefined || typeof observation !== "number") return "done";
    // Also if its runner sent that status: an activity that times out makes the server replace all messages.
    return (await completeActivity(this.entry, status, this.#deps.workflows)) ? "done" : "pending";
  }

  async #describe(): Promise<WorkflowState | undefined> {
    try {
      return await this.#deps.workflows.describe(this.entry);
    } catch (error) {
      this.#last = undefined;
      throw new Error(`Temporal does not answer: ${messageOf(error)}`, { cause: error });
    }
  }

  #isUnchanged(observation: Observation): boolean {
    const { silentMs, unknownMs } = this.#limits;
    const since = this.#last?.since ?? performance.now();
    return performance.now() - since >= (observation === "workflow-unknown" ? unknownMs : silentMs);
  }
}

function observationOf(workflow: WorkflowState | undefined, activityId: string): Observation {
  if (workflow === undefined) return "workflow-unknown";
  return workflow.pending.get(activityId)?.aliveAt ?? (workflow.isOpen ? "workflow-open" : "workflow-closed");
}
