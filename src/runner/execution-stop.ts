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
  #stoppedRunning = false;

  constructor(deps: ExecutionStopDeps) {
    this.#deps = deps;
    void deps.lifecycle.whenReached("stopping").then(() => this.#stop());
  }

  /** Whether an execution was stopped before it had finished. */
  get stoppedRunning(): boolean {
    return this.#stoppedRunning;
  }

  #stop(): void {
    const { lifecycle, executions, log } = this.#deps;
    // The runner has stopped without this state: nothing is running.
    if (lifecycle.state !== "stopping") return;
    const running = executions.count;
    if (running > 0) {
      this.#stoppedRunning = true;
      log.warn(`Stopping ${plural(running, "execution")}`);
    }
    executions.stopAll(() => {
      this.#stoppedRunning = true;
    });
  }
}
