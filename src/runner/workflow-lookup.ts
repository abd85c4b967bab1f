import { workflowIdOf } from "../activities/index.ts";
import type { Workflows } from "../temporal/index.ts";
import type { IsWorkflowOpen } from "../threads/index.ts";

/** Tells the platform which executions are open. The platform is opened before Temporal is connected. */
export class WorkflowLookup {
  #workflows: Workflows | undefined;

  connect(workflows: Workflows): void {
    this.#workflows = workflows;
  }

  /** Unknown until Temporal is connected. No execution runs before. */
  readonly isOpen: IsWorkflowOpen = async (executionId) => {
    if (this.#workflows === undefined) return undefined;
    return (await this.#workflows.describe({ workflowId: workflowIdOf(executionId) }))?.isOpen === true;
  };
}
