/**
 * Threads in Redis, for replicas that share them. Used by the cloud platform; never opens or closes the connection.
 * @module
 */
import type { Logger } from "../../log/index.ts";
import type { RedisConnection } from "../../redis/index.ts";
import { type IsWorkflowOpen, unknownWorkflowState } from "../arrivals.ts";
import { CheckpointThreadStore } from "../checkpoint-thread-store.ts";
import { type QueueIntervals, ThreadQueue } from "../thread-queue.ts";
import type { ThreadStore } from "../thread-store.ts";
import { RedisCheckpointStorage } from "./redis-checkpoint-storage.ts";
import { RedisTickets } from "./redis-tickets.ts";

/**
 * Threads in Redis, shared by all replicas: any of them continues a session. Does not close the connection.
 * @param ttlMs how long a thread is kept after its last use
 */
export function redisThreads(
  redis: RedisConnection,
  ttlMs: number,
  log: Logger,
  isWorkflowOpen: IsWorkflowOpen = unknownWorkflowState,
  { pollMs, renewMs }: QueueIntervals = {},
): ThreadStore {
  const queue = new ThreadQueue({ tickets: new RedisTickets(redis, log, pollMs), isWorkflowOpen, log, renewMs });
  return new CheckpointThreadStore(new RedisCheckpointStorage(redis, ttlMs), queue, async () => undefined);
}
