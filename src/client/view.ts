import type { AgentExecution } from "../stigmer/index.ts";

/** Shows an execution while it runs. */
export interface View {
  /** Takes a state of the execution. */
  update(execution: AgentExecution): void;
  /** Tells something beside the execution. */
  note(text: string): void;
  /** Shows how it ended. Absent where it was interrupted. */
  end(last?: AgentExecution): void;
}

export type Write = (text: string) => void;

/** Where a view writes: what is shown, and what is told beside it. */
export interface Outputs {
  readonly write: Write;
  readonly tell: Write;
}
