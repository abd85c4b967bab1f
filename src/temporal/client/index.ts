/**
 * Requests to Temporal that need no worker, and so not the native library that workers load. Used by the command
 * `cancel`. It never polls.
 * @module
 */
export { TemporalError } from "../temporal-error.ts";
export type { CancelOutcome } from "./cancel-workflow.ts";
export { cancelWorkflow } from "./cancel-workflow.ts";
export { checkNamespace } from "./check-namespace.ts";
