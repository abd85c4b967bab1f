/**
 * The status of an execution: events are reduced to a status, masked, kept within limits and delivered to sinks. Used by
 * the activities and by recovery; the platforms add sinks. It never talks to the agent library or to Temporal.
 *
 * An event becomes smaller in four steps, each for another reason:
 * - `mask-event.ts` masks secrets while texts are whole: half a secret cannot be found.
 * - `tool-text.ts` bounds what a tool or a model may have made very long, before it is stored in the state.
 * - `status-view.ts` masks the whole state for what is secret now, and cuts texts to the limits of readers.
 * - `fit-status.ts` shortens old parts until the whole status fits into a message.
 *
 * @module
 */
export { abandonedStatus } from "./abandoned-status.ts";

export { RESULT_LIMIT } from "./limits.ts";
export { LiveStatuses } from "./live-statuses.ts";
export type { ReadableStatus } from "./readable-status.ts";

export { Reporter } from "./reporter.ts";
export type { StatusSink } from "./status-sink.ts";
export { PermanentSinkError } from "./status-sink.ts";
export type { Streaming } from "./status-state.ts";
export { StigmerSink } from "./stigmer-sink.ts";
