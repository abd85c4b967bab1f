import { join } from "node:path";
import { type Logger, silentLogger } from "../../log/index.ts";
import { DatabaseHealth } from "../../shared/database-health.ts";
import type { HealthCheck } from "../../shared/health.ts";
import { openDatabase } from "../../shared/open-database.ts";
import { type IsWorkflowOpen, notKnown } from "../arrivals.ts";
import { RowThreadStore } from "../row-thread-store.ts";
import { ThreadQueue } from "../thread-queue.ts";
import type { ThreadStore } from "../thread-store.ts";
import { ticketOf } from "../ticket.ts";
import { SqliteRows } from "./sqlite-rows.ts";
import { SqliteTickets } from "./sqlite-tickets.ts";
import { wordedRows } from "./worded-rows.ts";

/** Largest write-ahead log that is left after it was written back. */
const LOG_LIMIT_BYTES = 8_388_608;

/** Threads in a file, and whether it can be written. */
export interface SqliteThreads extends ThreadStore {
  readonly check: HealthCheck;
}

/** The queues of threads alone, for who creates executions on this machine and knows their order first. */
export interface SqliteTurns {
  /** See {@link ThreadStore}. */
  announce(threadId: string, executionId: string): Promise<void>;
  close(): void;
}

export function openSqliteTurns(dataDir: string, log: Logger): SqliteTurns {
  const tickets = openTickets(dataDir, log);
  return {
    announce: (threadId, executionId) => tickets.announce(threadId, ticketOf(executionId)),
    close: () => tickets.close(),
  };
}

/** Apart from the threads: a turn must not wait for another process to write a large checkpoint. */
function openTickets(dataDir: string, log: Logger): SqliteTickets {
  return new SqliteTickets(openDatabase(join(dataDir, "turns.db")), log);
}

/** Threads in a file of the data directory. */
export function openSqliteThreads(
  dataDir: string,
  log: Logger = silentLogger,
  isWorkflowOpen: IsWorkflowOpen = notKnown,
): SqliteThreads {
  const file = join(dataDir, "threads.db");
  const database = openDatabase(file);
  database.run(`PRAGMA journal_size_limit = ${LOG_LIMIT_BYTES}`);
  const rows = new SqliteRows(database);
  if (rows.lost)
    log.warn(
      `${file} was written by another version of this program: it is started anew, and sessions have no memory of earlier turns`,
    );
  const health = new DatabaseHealth(file, database);
  const tickets = openTickets(dataDir, log);
  const queue = new ThreadQueue({ tickets, isWorkflowOpen, log });
  const store = new RowThreadStore(wordedRows(rows, health), queue, async () => {
    database.close();
    tickets.close();
  });
  return Object.assign(store, {
    check: { name: "agents' memory", check: async () => health.check() },
  });
}
