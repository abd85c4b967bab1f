import type { Logger } from "../../log/index.ts";
import { type RedisConnection, RedisLocks } from "../../redis/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { RowThreadStore, type Turns } from "../row-thread-store.ts";
import { ThreadError } from "../thread-error.ts";
import type { ThreadStore } from "../thread-store.ts";
import { RedisRows } from "./redis-rows.ts";

/** Threads in Redis: any replica continues a session. The connection stays its owner's. */
export function redisThreads(redis: RedisConnection, ttlMs: number, log: Logger): ThreadStore {
  const locks = new RedisLocks(redis, "stigmer:lock:thread:", log);
  const turns: Turns = {
    acquire: async (threadId, signal, onLost) =>
      await locks.acquire(threadId, signal, onLost).catch((error: unknown) => {
        if (signal.aborted) throw error;
        throw new ThreadError(`The agent's memory cannot be used: ${messageOf(error)}`, error);
      }),
  };
  return new RowThreadStore(new RedisRows(redis, ttlMs), turns, async () => undefined);
}
