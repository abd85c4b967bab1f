import type { Database } from "bun:sqlite";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Logger } from "../../log/index.ts";
import { databaseError, openDatabase } from "../../shared/open-database.ts";
import { SchemaVersionError, VERSION } from "./schema.ts";
import { SqliteCheckpointStorage } from "./sqlite-checkpoint-storage.ts";

/** Largest write-ahead log that is kept after a checkpoint. */
const MAX_WAL_BYTES = 8_388_608;

export interface ThreadsFile {
  readonly path: string;
  readonly database: Database;
  readonly storage: SqliteCheckpointStorage;
}

/**
 * Opens the file of threads. A file written by another version of the program is left alone; this version then uses a
 * separate file, so that each version finds its own threads again.
 * @throws DatabaseError
 */
export function openThreadsFile(dataDir: string, log: Logger): ThreadsFile {
  const usual = join(dataDir, "threads.db");
  try {
    return open(usual);
  } catch (error) {
    if (!(error instanceof SchemaVersionError)) throw error;
    const own = join(dataDir, `threads-v${VERSION}.db`);
    const isNew = !existsSync(own);
    const file = open(own);
    const found = `${usual} was written by ${error.version > VERSION ? "a newer" : "another"} version of this program and is left unchanged: this version keeps its threads in ${own}`;
    if (isNew)
      log.warn(`${found}. Sessions have no memory of earlier messages. Delete files that no version needs any more.`);
    else log.info(found);
    return file;
  }
}

function open(path: string): ThreadsFile {
  const database = openDatabase(path);
  try {
    database.run(`PRAGMA journal_size_limit = ${MAX_WAL_BYTES}`);
    return { path, database, storage: new SqliteCheckpointStorage(database) };
  } catch (error) {
    database.close();
    throw error instanceof SchemaVersionError ? error : databaseError(path, error);
  }
}
