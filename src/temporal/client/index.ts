/**
 * Requests to Temporal that need no worker, and so not the native library that workers load. Used by the command
 * `cancel`. It never polls.
 * @module
 */
export { refuseForeignGroups } from "../foreign-groups.ts";
export type { Poller } from "../task-queue.ts";
export { TemporalError } from "../temporal-error.ts";
export { parseIdentity } from "../worker-identity.ts";
export type { CancelOutcome } from "./cancel-workflow.ts";
export { cancelWorkflow } from "./cancel-workflow.ts";
export { checkNamespace } from "./check-namespace.ts";
export { queuePollers } from "./queue-pollers.ts";
