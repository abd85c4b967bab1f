import { join } from "node:path";
import { type Logger, silentLogger } from "../../log/index.ts";
import { KeyedMutex } from "../../shared/keyed-mutex.ts";
import { openDatabase } from "../../shared/open-database.ts";
import { RowThreadStore } from "../row-thread-store.ts";
import type { ThreadStore } from "../thread-store.ts";
import { SqliteRows } from "./sqlite-rows.ts";

/** Largest write-ahead log that is left after it was written back. */
const LOG_LIMIT_BYTES = 8_388_608;

/** Threads in a file of the data directory. */
export function openSqliteThreads(dataDir: string, log: Logger = silentLogger): ThreadStore {
  const file = join(dataDir, "threads.db");
  const database = openDatabase(file);
  database.run(`PRAGMA journal_size_limit = ${LOG_LIMIT_BYTES}`);
  const rows = new SqliteRows(database);
  if (rows.lost)
    log.warn(
      `${file} was written by another version of this program: it is started anew, and sessions have no memory of earlier turns`,
    );
  return new RowThreadStore(rows, new KeyedMutex(), async () => database.close());
}
