import type { Logger } from "../../log/index.ts";
import type { RedisConnection } from "../../redis/index.ts";
import { type IsWorkflowOpen, notKnown } from "../arrivals.ts";
import { RowThreadStore } from "../row-thread-store.ts";
import { type QueueIntervals, ThreadQueue } from "../thread-queue.ts";
import type { ThreadStore } from "../thread-store.ts";
import { RedisRows } from "./redis-rows.ts";
import { RedisTickets } from "./redis-tickets.ts";

/**
 * Threads in Redis: any replica continues a session. The connection stays its owner's.
 * @param ttlMs how long a thread is kept after its last use
 */
export function redisThreads(
  redis: RedisConnection,
  ttlMs: number,
  log: Logger,
  isWorkflowOpen: IsWorkflowOpen = notKnown,
  { lookMs, renewMs }: QueueIntervals = {},
): ThreadStore {
  const queue = new ThreadQueue({ tickets: new RedisTickets(redis, log, lookMs), isWorkflowOpen, log, renewMs });
  return new RowThreadStore(new RedisRows(redis, ttlMs), queue, async () => undefined);
}
