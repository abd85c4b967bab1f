/**
 * Status events in Redis, and the rule by which readers apply them (`docs/status-events.md`). Used by the cloud platform
 * and by readers in tests. It never reads the status back to continue an execution.
 * @module
 */
export type { ReaderState } from "./apply-event.ts";
export { applyEvent } from "./apply-event.ts";
export type { StatusEvent } from "./event.ts";
export { eventsChannel, eventsStream } from "./event-store.ts";
export { RedisSink } from "./redis-sink.ts";
