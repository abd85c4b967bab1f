/**
 * One connection to Redis that reconnects by itself, with locks, an inbox and the group of replicas. Used by the cloud
 * platform and by the Redis implementations in `threads/`, `status/` and `recovery/`. It never knows what is stored.
 * @module
 */

export { LockTokens } from "./lock-tokens.ts";
export type { RedisClient } from "./redis-connection.ts";
export { RedisConnection } from "./redis-connection.ts";
export type { RedisErrorCode } from "./redis-error.ts";
export { RedisError } from "./redis-error.ts";
export { INBOX_PREFIX, RedisInbox } from "./redis-inbox.ts";
export { LOCK_TTL_MS, RedisLocks } from "./redis-lock.ts";
export { ReplicaGroup } from "./replica-group.ts";
export { type RedisServerInfo, readServerInfo } from "./server-info.ts";
export { execTransaction } from "./transaction.ts";
