/** An execution that a runner works on, as far as others need to know to end it where that runner cannot. */
export interface JournalEntry {
  readonly executionId: string;
  readonly threadId: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly activityId: string;
  /** RFC 3339. */
  readonly startedAt: string;
}

/** Remembers which executions run, beyond the end of the process that runs them. */
export interface Journal {
  /** Notes that an execution runs here. Best effort: never fails, and takes a moment at most. */
  begin(entry: JournalEntry): Promise<void>;
  /** Notes that an execution has ended and that its last status was sent. Best effort, as {@link begin}. */
  end(executionId: string): Promise<void>;
  /**
   * Takes the executions that runners left behind which do not live any more. Each is given to one caller, and again to
   * another one where that does not {@link end} it and ends itself.
   * @throws where the journal cannot be read
   */
  takeAbandoned(): Promise<readonly JournalEntry[]>;
  close(): Promise<void>;
}
