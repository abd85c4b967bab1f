export type { Outcome } from "./finish.ts";
export { callLabel, componentType } from "./labels.ts";
export { RESULT_LIMIT, STATUS_LIMIT } from "./limits.ts";
export type { ReporterOptions } from "./reporter.ts";
export { Reporter } from "./reporter.ts";
export type { StatusSink, StatusUpdate } from "./status-sink.ts";
export { PermanentSinkError, UnknownExecutionError } from "./status-sink.ts";
export type { Streaming } from "./status-state.ts";
export { StigmerSink } from "./stigmer-sink.ts";
