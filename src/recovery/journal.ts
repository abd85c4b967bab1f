import * as v from "valibot";
import { parseJson } from "../shared/parse-json.ts";

const journalEntry = v.object({
  executionId: v.string(),
  threadId: v.string(),
  workflowId: v.string(),
  runId: v.string(),
  activityId: v.string(),
  /** RFC 3339. */
  startedAt: v.string(),
});

/** A running execution: what another runner needs to know to end it if its runner is killed. */
export type JournalEntry = Readonly<v.InferOutput<typeof journalEntry>>;

/** @returns `undefined` if the text is not a complete entry */
export function parseEntry(text: string): JournalEntry | undefined {
  const result = v.safeParse(journalEntry, parseJson(text));
  return result.success ? result.output : undefined;
}

/** Records which executions run, so that the record outlives the process. */
export interface Journal {
  /** Records that an execution runs here. Best effort: never throws, and returns within a short time limit. */
  begin(entry: JournalEntry): Promise<void>;
  /** Records that an execution has ended and its final status was sent. Best effort like {@link begin}. */
  end(executionId: string): Promise<void>;
  /**
   * Takes the executions of runners that have ended. Each is returned to one caller, and to another one if the first ends
   * without calling {@link end}. What cannot be taken now is left for the next call.
   * @throws if the journal cannot be read
   */
  takeAbandoned(): Promise<readonly JournalEntry[]>;
  /** Returns a taken execution to its former runner, which turned out to be running. Best effort like {@link begin}. */
  giveBack(executionId: string): Promise<void>;
  close(): Promise<void>;
}
