export type { RedisClient } from "./redis-connection.ts";
export { CONNECT_TIMEOUT_MS, RedisConnection, SILENCE_MS } from "./redis-connection.ts";
export type { RedisErrorCode } from "./redis-error.ts";
export { REMEDIES, RedisError } from "./redis-error.ts";
export { LOCK_TTL_MS, RedisLocks } from "./redis-lock.ts";
export { SharedName } from "./shared-name.ts";
export { applied } from "./transaction.ts";
