import type { RedisConnection } from "../../redis/index.ts";
import { RowThreadStore } from "../row-thread-store.ts";
import type { ThreadStore } from "../thread-store.ts";
import { RedisRows } from "./redis-rows.ts";

/** Threads in Redis: any replica continues a session. The connection stays its owner's. */
export function redisThreads(redis: RedisConnection, ttlMs: number): ThreadStore {
  return new RowThreadStore(new RedisRows(redis, ttlMs), async () => undefined);
}
