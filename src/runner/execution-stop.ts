import type { Lifecycle } from "../cli/index.ts";
import type { ExecutionRegistry } from "../executions/index.ts";
import type { Logger } from "../log/index.ts";
import { plural } from "../shared/text.ts";

export interface ExecutionStopDeps {
  readonly lifecycle: Lifecycle;
  readonly executions: ExecutionRegistry;
  readonly log: Logger;
}

/** When a stop is requested, stops running executions and those that still arrive. */
export class ExecutionStop {
  readonly #deps: ExecutionStopDeps;
  #stopped = 0;

  constructor(deps: ExecutionStopDeps) {
    this.#deps = deps;
    void deps.lifecycle.whenReached("stopping").then(() => this.#stop());
  }

  /** How many executions were stopped before they had finished. */
  get stopped(): number {
    return this.#stopped;
  }

  #stop(): void {
    const { lifecycle, executions, log } = this.#deps;
    // The runner has stopped without this state: nothing is running.
    if (lifecycle.state !== "stopping") return;
    this.#stopped = executions.count;
    if (this.#stopped > 0) log.warn(`Stopping ${plural(this.#stopped, "execution")}`);
    executions.stopAll(() => {
      this.#stopped++;
    });
  }
}
