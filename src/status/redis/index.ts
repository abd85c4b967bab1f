export type { ReaderState } from "./apply-event.ts";
export { applyEvent } from "./apply-event.ts";
export type { DeltaEvent, MessageChange, StateEvent, StatusDelta, StatusEvent } from "./event.ts";
export { eventsChannel, eventsStream } from "./event-store.ts";
export { RedisSink } from "./redis-sink.ts";
