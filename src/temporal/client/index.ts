/**
 * What a command asks of Temporal without being a worker: without the native library that workers load.
 * @module
 */
export { REMEDIES as TEMPORAL_REMEDIES, TemporalError } from "../temporal-error.ts";
export type { CancelOutcome } from "./cancel-workflow.ts";
export { cancelWorkflow } from "./cancel-workflow.ts";
