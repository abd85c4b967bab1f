export { eventsChannel, eventsStream, RedisSink } from "./redis-sink.ts";
