import type { AgentExecutionStatus } from "../stigmer/index.ts";

/** One update of an execution's status, ready to be shown: masked and within its size. */
export interface StatusUpdate {
  readonly executionId: string;
  readonly status: AgentExecutionStatus;
  /** The last update: nothing may follow it. */
  readonly terminal: boolean;
}

/** Where status updates go. */
export interface StatusSink {
  /** For the log. */
  readonly name: string;
  /**
   * Delivers one update; the next one is given only when this one is done.
   * @throws {@link PermanentSinkError} where trying again cannot help; anything else is tried again
   */
  deliver(update: StatusUpdate): Promise<void>;
}

/** A delivery that will never succeed. */
export class PermanentSinkError extends Error {
  override readonly name: string = "PermanentSinkError";
}

/** The sink does not know the execution: it was never created, or it was deleted. Nobody will see what it does. */
export class UnknownExecutionError extends PermanentSinkError {
  override readonly name = "UnknownExecutionError";
}
