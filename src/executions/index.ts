/**
 * @module The executions that this runner has taken: which ones run, how far each one is, and why one is stopped.
 * The activity registers them; the runner's shutdown and the admin server read them. It never runs anything itself.
 */
export { ExecutionRegistry, type RunningExecution } from "./execution-registry.ts";
export { type StopCause, StopReason, stopReasons } from "./stop-reason.ts";
