/**
 * Threads in SQLite files of the data directory, for the processes of one machine. Used by the local platform and, for
 * the queue alone, by `dev`. It never deletes or converts a file of another version.
 * @module
 */
import type { Database } from "bun:sqlite";
import { join } from "node:path";
import { type Logger, silentLogger } from "../../log/index.ts";
import { DatabaseHealth } from "../../shared/database-health.ts";
import type { HealthCheck } from "../../shared/health.ts";
import { databaseError, openDatabase } from "../../shared/open-database.ts";
import { type IsWorkflowOpen, unknownWorkflowState } from "../arrivals.ts";
import { CheckpointThreadStore } from "../checkpoint-thread-store.ts";
import { type QueueIntervals, ThreadQueue } from "../thread-queue.ts";
import type { ThreadStore } from "../thread-store.ts";
import { ticketOf } from "../ticket.ts";
import { SqliteTickets } from "./sqlite-tickets.ts";
import { withStorageErrors } from "./storage-errors.ts";
import { openThreadsFile } from "./threads-file.ts";

/** Threads in a SQLite file, and a health check of that file. */
export interface SqliteThreads extends ThreadStore {
  readonly check: HealthCheck;
}

/** Opens the threads of a data directory; several processes may share it. @throws DatabaseError */
export function openSqliteThreads(
  dataDir: string,
  log: Logger = silentLogger,
  isWorkflowOpen: IsWorkflowOpen = unknownWorkflowState,
  { renewMs }: Pick<QueueIntervals, "renewMs"> = {},
): SqliteThreads {
  const { path, database, storage } = openThreadsFile(dataDir, log);
  const health = new DatabaseHealth(path, database);
  const tickets = openTicketsOrClose(database, dataDir, log);
  const queue = new ThreadQueue({ tickets, isWorkflowOpen, log, renewMs });
  const store = new CheckpointThreadStore(withStorageErrors(storage, health), queue, async () => {
    database.close();
    tickets.close();
  });
  return Object.assign(store, {
    check: { name: "agents' memory", check: async () => health.check() ?? tickets.check() },
  });
}

/** Only the queues of threads: for the daemon, which creates executions and is the first to know their order. */
export interface SqliteThreadQueue {
  /** Adds an execution that is being created. All executions of the thread must be announced in this way, in order. */
  announce(threadId: string, executionId: string): Promise<void>;
  close(): void;
}

/** @throws DatabaseError */
export function openSqliteThreadQueue(dataDir: string, log: Logger): SqliteThreadQueue {
  const tickets = openTickets(dataDir, log);
  return {
    announce: async (threadId, executionId) => tickets.announceCreated(threadId, ticketOf(executionId)),
    close: () => tickets.close(),
  };
}

/** Opens the tickets; closes the database of threads if that fails. */
function openTicketsOrClose(threads: Database, dataDir: string, log: Logger): SqliteTickets {
  try {
    return openTickets(dataDir, log);
  } catch (error) {
    threads.close();
    throw error;
  }
}

/** A separate file: acquiring a lock must not wait for another process that writes a large checkpoint. */
function openTickets(dataDir: string, log: Logger): SqliteTickets {
  // The name of earlier versions, whose waiting executions must be seen.
  const path = join(dataDir, "turns.db");
  const database = openDatabase(path);
  try {
    return new SqliteTickets(database, new DatabaseHealth(path, database), log);
  } catch (error) {
    database.close();
    throw databaseError(path, error);
  }
}
