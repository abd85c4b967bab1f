/**
 * Ends executions that a killed runner has abandoned; otherwise their users would see calls that run for ever. Used by the
 * platforms, which choose the journal, and by the runner. It never continues an execution.
 * @module
 */
export { FileJournal } from "./file-journal.ts";
export type { Journal, JournalEntry } from "./journal.ts";
export { Recovery, type RecoveryLimits } from "./recovery.ts";
