import { join } from "node:path";
import { type Logger, silentLogger } from "../../log/index.ts";
import { DatabaseHealth } from "../../shared/database-health.ts";
import type { HealthCheck } from "../../shared/health.ts";
import { databaseError, openDatabase } from "../../shared/open-database.ts";
import { type IsWorkflowOpen, notKnown } from "../arrivals.ts";
import { RowThreadStore } from "../row-thread-store.ts";
import { type QueueIntervals, ThreadQueue } from "../thread-queue.ts";
import type { ThreadStore } from "../thread-store.ts";
import { ticketOf } from "../ticket.ts";
import { SqliteTickets } from "./sqlite-tickets.ts";
import { withStorageErrors } from "./storage-errors.ts";
import { openThreadsFile } from "./threads-file.ts";

/** Threads in a file, and whether it can be written. */
export interface SqliteThreads extends ThreadStore {
  readonly check: HealthCheck;
}

/** Threads in a file of the data directory. @throws DatabaseError */
export function openSqliteThreads(
  dataDir: string,
  log: Logger = silentLogger,
  isWorkflowOpen: IsWorkflowOpen = notKnown,
  { renewMs }: Pick<QueueIntervals, "renewMs"> = {},
): SqliteThreads {
  const { path, database, rows } = openThreadsFile(dataDir, log);
  const health = new DatabaseHealth(path, database);
  const tickets = openTickets(dataDir, log);
  const queue = new ThreadQueue({ tickets, isWorkflowOpen, log, renewMs });
  const store = new RowThreadStore(withStorageErrors(rows, health), queue, async () => {
    database.close();
    tickets.close();
  });
  return Object.assign(store, {
    check: { name: "agents' memory", check: async () => health.check() ?? tickets.check() },
  });
}

/** The queues of threads alone, for who creates executions on this machine and knows their order first. */
export interface SqliteThreadQueue {
  /** See {@link ThreadStore}. */
  announce(threadId: string, executionId: string): Promise<void>;
  close(): void;
}

/** @throws DatabaseError */
export function openSqliteThreadQueue(dataDir: string, log: Logger): SqliteThreadQueue {
  const tickets = openTickets(dataDir, log);
  return {
    announce: (threadId, executionId) => tickets.announce(threadId, ticketOf(executionId)),
    close: () => tickets.close(),
  };
}

/** Apart from the threads: a turn must not wait for another process to write a large checkpoint. */
function openTickets(dataDir: string, log: Logger): SqliteTickets {
  const path = join(dataDir, "turns.db");
  const database = openDatabase(path);
  try {
    return new SqliteTickets(database, new DatabaseHealth(path, database), log);
  } catch (error) {
    database.close();
    throw databaseError(path, error);
  }
}
