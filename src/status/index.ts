/**
 * The status of an execution: events are reduced to a status, masked, kept within limits and delivered to sinks. Used by
 * the activities and by recovery; the platforms add sinks. It never talks to the agent library or to Temporal.
 * @module
 */
export { abandonedStatus } from "./abandoned-status.ts";
export type { Outcome } from "./finish.ts";

export { RESULT_LIMIT } from "./limits.ts";

export { Reporter } from "./reporter.ts";
export type { StatusSink } from "./status-sink.ts";
export { PermanentSinkError } from "./status-sink.ts";
export type { Streaming } from "./status-state.ts";
export { StigmerSink } from "./stigmer-sink.ts";
