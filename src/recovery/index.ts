/**
 * Ends executions that a runner left behind when it was killed: their users would see calls that run for ever. Used by
 * the platforms, which say where the journal is kept, and by the runner. It never continues an execution.
 * @module
 */
export { FileJournal } from "./file-journal.ts";
export type { Journal, JournalEntry } from "./journal.ts";
export { Recovery, type RecoveryLimits } from "./recovery.ts";
