import { join } from "node:path";
import { KeyedMutex } from "../../shared/keyed-mutex.ts";
import { openDatabase } from "../../shared/open-database.ts";
import { RowThreadStore } from "../row-thread-store.ts";
import type { ThreadStore } from "../thread-store.ts";
import { SqliteRows } from "./sqlite-rows.ts";

/** Threads in a file of the data directory. */
export function openSqliteThreads(dataDir: string): ThreadStore {
  const database = openDatabase(join(dataDir, "threads.db"));
  return new RowThreadStore(new SqliteRows(database), new KeyedMutex(), async () => database.close());
}
