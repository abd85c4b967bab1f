import type { AgentExecution } from "../stigmer/index.ts";

/** Shows an execution while it runs. */
export interface View {
  /** Takes a state of the execution. */
  update(execution: AgentExecution): void;
  /** Shows how it ended. Absent where it was interrupted. */
  end(last?: AgentExecution): void;
}

export type Write = (text: string) => void;
