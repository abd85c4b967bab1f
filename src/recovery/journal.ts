import * as v from "valibot";

const journalEntry = v.object({
  executionId: v.string(),
  threadId: v.string(),
  workflowId: v.string(),
  runId: v.string(),
  activityId: v.string(),
  /** RFC 3339. */
  startedAt: v.string(),
});

/** An execution that a runner works on, as far as others need to know to end it where that runner cannot. */
export type JournalEntry = Readonly<v.InferOutput<typeof journalEntry>>;

/** @returns `undefined` for a text that is no entry, as one that was cut off */
export function parseEntry(text: string): JournalEntry | undefined {
  try {
    const result = v.safeParse(journalEntry, JSON.parse(text));
    return result.success ? result.output : undefined;
  } catch {
    return undefined;
  }
}

/** Remembers which executions run, beyond the end of the process that runs them. */
export interface Journal {
  /** Notes that an execution runs here. Best effort: never fails, and takes a moment at most. */
  begin(entry: JournalEntry): Promise<void>;
  /** Notes that an execution has ended and that its last status was sent. Best effort, as {@link begin}. */
  end(executionId: string): Promise<void>;
  /**
   * Takes the executions that runners left behind which do not live any more. Each is given to one caller, and again to
   * another one where that does not {@link end} it and ends itself. What cannot be taken now is left for the next call.
   * @throws where the journal cannot be read
   */
  takeAbandoned(): Promise<readonly JournalEntry[]>;
  /** Gives an execution that was taken back to the runner that had it, which lives after all. Best effort, as {@link begin}. */
  giveBack(executionId: string): Promise<void>;
  close(): Promise<void>;
}
