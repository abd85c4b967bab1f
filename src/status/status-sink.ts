import { RunnerError } from "../shared/runner-error.ts";
import type { AgentExecutionStatus } from "../stigmer/index.ts";

/** One update of an execution's status, masked and within the size limit. */
export interface StatusUpdate {
  readonly executionId: string;
  readonly status: AgentExecutionStatus;
  /** Whether this is the final update, which nothing may follow. */
  readonly terminal: boolean;
  /** Deadline in ms since the epoch; absent: the sink's own limit applies. */
  readonly deadline?: number;
}

/** A destination of status updates. */
export interface StatusSink {
  /** Used in log lines. */
  readonly name: string;
  /** Whether an update costs the whole status or only the changes. */
  readonly sends: "whole states" | "changes";
  /**
   * Delivers one update. Called again only after the previous call has settled.
   * @throws {@link PermanentSinkError} if a retry cannot help; other errors are retried
   */
  deliver(update: StatusUpdate): Promise<void>;
}

export type SinkErrorCode = "refused" | "unknown-execution";

/** A delivery that will never succeed. */
export class PermanentSinkError extends RunnerError<SinkErrorCode> {
  override readonly name: string = "PermanentSinkError";

  constructor(message: string, cause?: unknown, code: SinkErrorCode = "refused") {
    super(code, message, { cause });
  }
}

/** The sink does not know the execution: it was never created or was deleted. Nobody would see its result. */
export class UnknownExecutionError extends PermanentSinkError {
  override readonly name = "UnknownExecutionError";

  constructor(message: string, cause?: unknown) {
    super(message, cause, "unknown-execution");
  }
}
