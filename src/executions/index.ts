/**
 * @module The executions that this runner has taken: which ones there are, how far each one is, how the last ones ended,
 * and why one is stopped. The activity registers them and tells all observers what happens; the shutdown and the admin
 * server read the registry. It never runs an execution and never changes its status.
 */

// Observing executions.
export type {
  ExecutionEvent,
  ExecutionInfo,
  ExecutionObservation,
  ExecutionObserver,
  ExecutionStage,
  StatusDelivery,
} from "./execution-observer.ts";
export { STAGES } from "./execution-observer.ts";
export { ExecutionObservers } from "./execution-observers.ts";
// The registry, for the runner and the admin server.
export type { ActiveExecution, EndedExecution } from "./execution-record.ts";
export { ExecutionRegistry, MAX_ENDED, type RegisteredExecution } from "./execution-registry.ts";
export type { ExecutionOutcome } from "./outcome.ts";
// Stopping, for the activity.
export { StopReason, stopReasons } from "./stop-reason.ts";
