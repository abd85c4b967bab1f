/** The two implementations of thread queues, with operations for tests. */
import { Database } from "bun:sqlite";
import { join } from "node:path";
import type { Logger } from "../../src/log/index.ts";
import { RedisConnection } from "../../src/redis/index.ts";
import type { IsWorkflowOpen, ThreadStore } from "../../src/threads/index.ts";
import { redisThreads } from "../../src/threads/redis/index.ts";
import { openSqliteThreads } from "../../src/threads/sqlite/index.ts";
import { startRedis } from "./redis.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import type { StoreAddress } from "./thread-stores.ts";

export interface QueueSubject {
  readonly address: StoreAddress;
  /**
   * What one more replica, or process, has.
   * @param renewMs how often an execution that has a thread says so
   */
  open(log: Logger, isWorkflowOpen?: IsWorkflowOpen, renewMs?: number): Promise<ThreadStore>;
  /** Lets all that is kept for a thread expire, as if nobody had renewed it for long. */
  expire(threadId: string): Promise<void>;
  /** Forgets everything. */
  empty(): Promise<void>;
  /** Whether an execution is known to have the thread. */
  isHeld(threadId: string): Promise<boolean>;
  /** How much is kept of queues. */
  size(): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

async function redisQueue(): Promise<QueueSubject> {
  const server = await startRedis();
  const connections: RedisConnection[] = [];
  const keys = async (pattern: string) => (await server.command("KEYS", pattern)) as string[];
  return {
    address: { redis: server.config },
    open: async (log, isWorkflowOpen, renewMs) => {
      const redis = await RedisConnection.open(server.config, log);
      connections.push(redis);
      return redisThreads(redis, server.config.threadTtlMs, log, isWorkflowOpen, { renewMs });
    },
    expire: async (threadId) => {
      const entries = await keys(`stigmer:queue:{${threadId}}:entry:*`);
      if (entries.length === 0) throw new Error("the queue has no entries, or their keys have another name");
      for (const key of [...entries, `stigmer:lock:thread:${threadId}`]) await server.command("PEXPIRE", key, "1");
    },
    empty: async () => {
      await server.command("FLUSHALL");
    },
    isHeld: async (threadId) => (await server.command("EXISTS", `stigmer:lock:thread:${threadId}`)) === 1,
    size: async () => (await keys("stigmer:queue:*")).length + (await keys("stigmer:lock:*")).length,
    [Symbol.asyncDispose]: async () => {
      for (const redis of connections) redis.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function sqliteQueue(): Promise<QueueSubject> {
  const folder = await temporaryFolder();
  const stores: ThreadStore[] = [];
  const run = async <T>(work: (database: Database) => T): Promise<T> => {
    using database = new Database(join(folder.path, "turns.db"));
    database.run("PRAGMA busy_timeout = 5000");
    return work(database);
  };
  return {
    address: { sqlite: folder.path },
    open: async (log, isWorkflowOpen, renewMs) => {
      const store = openSqliteThreads(folder.path, log, isWorkflowOpen, { renewMs });
      stores.push(store);
      return store;
    },
    // Of a process that cannot be seen from here, so that the time alone decides.
    expire: (threadId) =>
      run((database) => {
        const change = "UPDATE tickets SET expires_at = 1, owner = 'elsewhere|1|1' WHERE thread_id = ?";
        database.query(change).run(threadId);
      }),
    empty: () => run((database) => void database.run("DELETE FROM tickets")),
    isHeld: (threadId) =>
      run((database) => {
        const query = "SELECT count(*) n FROM tickets WHERE thread_id = ? AND held = 1";
        return database.query<{ n: number }, [string]>(query).get(threadId)?.n === 1;
      }),
    size: () => run((database) => database.query<{ n: number }, []>("SELECT count(*) n FROM tickets").get()?.n ?? 0),
    [Symbol.asyncDispose]: async () => {
      for (const store of stores) await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Each with its name, for `describe.each`. */
export const queueSubjects = [
  ["Redis", redisQueue],
  ["SQLite", sqliteQueue],
] as const;
