import type { AgentExecution } from "../stigmer/index.ts";

/** Displays an execution while it runs. */
export interface View {
  /** Displays a state of the execution. */
  update(execution: AgentExecution): void;
  /** Prints a message that is not part of the execution's output. */
  note(text: string): void;
  /** Displays how it ended; not called after an interruption. */
  end(last?: AgentExecution): void;
}

export type Write = (text: string) => void;

/** Outputs of a view: the execution's output, and messages beside it. */
export interface Outputs {
  readonly write: Write;
  readonly tell: Write;
}
