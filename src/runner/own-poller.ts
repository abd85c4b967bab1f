import { degraded, type HealthCheck, type HealthProblem } from "../shared/health.ts";
import type { TaskQueueState } from "../temporal/index.ts";

/** How often in a row Temporal must not list this runner: after a restart of the server it does not for a moment. */
const MAX_MISSES = 2;

export interface OwnPollerDeps {
  readonly identity: string;
  readonly taskQueue: string;
  /** Whether a poll of this runner is open. */
  readonly isPolling: () => boolean;
}

/**
 * Whether Temporal knows that this runner polls. A proxy, or a cluster that the queue has moved away from, may answer
 * polls that no task will ever come through. It asks nothing itself: it is shown what Temporal says of the queue anyway.
 */
export class OwnPoller implements HealthCheck {
  readonly name = "polls";
  readonly isSilentWhileOk = true;
  readonly #deps: OwnPollerDeps;
  #wasPolling = false;
  #misses = 0;

  constructor(deps: OwnPollerDeps) {
    this.#deps = deps;
  }

  /** Takes what Temporal says. Only what it may be blamed for counts: the runner polled this time and the last time. */
  look({ lastPollers, isComplete }: Pick<TaskQueueState, "lastPollers" | "isComplete">): void {
    const { identity, isPolling } = this.#deps;
    const polls = isPolling();
    const polled = this.#wasPolling;
    this.#wasPolling = polls;
    if (!polls || lastPollers.includes(identity)) this.#misses = 0;
    else if (polled && isComplete) this.#misses++;
  }

  async check(): Promise<HealthProblem | undefined> {
    if (this.#misses < MAX_MISSES) return undefined;
    return degraded(
      `Temporal does not list this runner among those that poll the task queue ${this.#deps.taskQueue}, although it polls: it may get no executions`,
      [
        "Check that Temporal's address, and every proxy on the way, leads to the cluster that has the queue.",
        "Restart the runner if it gets no executions.",
      ],
    );
  }
}
