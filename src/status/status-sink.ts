import type { AgentExecutionStatus } from "../stigmer/index.ts";

/** One update of an execution's status, ready to be shown: masked and within its size. */
export interface StatusUpdate {
  readonly executionId: string;
  readonly status: AgentExecutionStatus;
  /** The last update: nothing may follow it. */
  readonly terminal: boolean;
  /** Until when this may take, in ms since the epoch; absent: as long as the sink allows itself. */
  readonly deadline?: number;
}

/** Where status updates go. */
export interface StatusSink {
  /** For the log. */
  readonly name: string;
  /** What an update costs: the whole status, or only what has changed in it. */
  readonly sends: "whole states" | "changes";
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
