import type { Database } from "bun:sqlite";
import { whileBusy } from "../../shared/open-database.ts";

/** Incremented when the tables change. Files of other versions are left alone. */
export const VERSION = 2;

/** The table `parts` holds messages; the column `parts` holds the ids of a value's messages as JSON. */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS threads (thread_id TEXT NOT NULL PRIMARY KEY, used_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS threads_by_use ON threads (used_at);
CREATE TABLE IF NOT EXISTS checkpoints (
  thread_id TEXT NOT NULL, namespace TEXT NOT NULL, id TEXT NOT NULL, parent_id TEXT,
  checkpoint_type TEXT NOT NULL, checkpoint BLOB NOT NULL, metadata_type TEXT NOT NULL, metadata BLOB NOT NULL,
  versions TEXT NOT NULL,
  PRIMARY KEY (thread_id, namespace, id)
);
CREATE TABLE IF NOT EXISTS channel_values (
  thread_id TEXT NOT NULL, namespace TEXT NOT NULL, channel TEXT NOT NULL, version TEXT NOT NULL,
  type TEXT NOT NULL, value BLOB NOT NULL, parts TEXT NOT NULL,
  PRIMARY KEY (thread_id, namespace, channel, version)
);
CREATE TABLE IF NOT EXISTS writes (
  thread_id TEXT NOT NULL, namespace TEXT NOT NULL, checkpoint_id TEXT NOT NULL, task_id TEXT NOT NULL, idx INTEGER NOT NULL,
  task_path TEXT NOT NULL, channel TEXT NOT NULL, type TEXT NOT NULL, value BLOB NOT NULL, parts TEXT NOT NULL,
  PRIMARY KEY (thread_id, namespace, checkpoint_id, task_id, idx)
);
CREATE TABLE IF NOT EXISTS parts (
  thread_id TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, value BLOB NOT NULL,
  PRIMARY KEY (thread_id, id)
);
`;

/** Tables that other versions can ignore. */
const ADDED = `
CREATE TABLE IF NOT EXISTS unused_threads (thread_id TEXT NOT NULL PRIMARY KEY, seen_at INTEGER NOT NULL) WITHOUT ROWID;
`;

/** A file of another version of the program. */
export class SchemaVersionError extends Error {
  override readonly name = "SchemaVersionError";
  readonly version: number;

  constructor(version: number) {
    super(`it has the tables of version ${version}, and this program has those of version ${VERSION}`);
    this.version = version;
  }
}

/**
 * Creates the tables if the file is empty.
 * @throws SchemaVersionError if the file has the tables of another version, which are left alone
 */
export function prepareSchema(database: Database): void {
  const version = () => database.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version ?? 0;
  if (version() !== VERSION) createSchema(database, version);
  database.run(ADDED);
}

function createSchema(database: Database, version: () => number): void {
  checkEmpty(database, version());
  // Takes effect with the VACUUM below because the file already has a header.
  database.run("PRAGMA auto_vacuum = INCREMENTAL");
  let made = false;
  database
    .transaction(() => {
      // Another process may have created them meanwhile.
      if (version() === VERSION) return;
      checkEmpty(database, version());
      database.run(SCHEMA);
      database.run(`PRAGMA user_version = ${VERSION}`);
      made = true;
    })
    .immediate();
  if (made) whileBusy(() => database.run("VACUUM"));
}

function checkEmpty(database: Database, version: number): void {
  const found = database.query<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  if (version !== 0 || found.length > 0) throw new SchemaVersionError(version);
}
