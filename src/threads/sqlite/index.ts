import { join } from "node:path";
import { type Logger, silentLogger } from "../../log/index.ts";
import { DatabaseHealth } from "../../shared/database-health.ts";
import type { HealthCheck } from "../../shared/health.ts";
import { KeyedMutex } from "../../shared/keyed-mutex.ts";
import { openDatabase } from "../../shared/open-database.ts";
import { RowThreadStore } from "../row-thread-store.ts";
import type { ThreadStore } from "../thread-store.ts";
import { SqliteRows } from "./sqlite-rows.ts";
import { wordedRows } from "./worded-rows.ts";

/** Largest write-ahead log that is left after it was written back. */
const LOG_LIMIT_BYTES = 8_388_608;

/** Threads in a file, and whether it can be written. */
export interface SqliteThreads extends ThreadStore {
  readonly check: HealthCheck;
}

/** Threads in a file of the data directory. */
export function openSqliteThreads(dataDir: string, log: Logger = silentLogger): SqliteThreads {
  const file = join(dataDir, "threads.db");
  const database = openDatabase(file);
  database.run(`PRAGMA journal_size_limit = ${LOG_LIMIT_BYTES}`);
  const rows = new SqliteRows(database);
  if (rows.lost)
    log.warn(
      `${file} was written by another version of this program: it is started anew, and sessions have no memory of earlier turns`,
    );
  const health = new DatabaseHealth(file, database);
  const store = new RowThreadStore(wordedRows(rows, health), new KeyedMutex(), async () => database.close());
  return Object.assign(store, {
    check: { name: "agents' memory", check: async () => health.check() },
  });
}
