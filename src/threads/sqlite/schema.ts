import type { Database } from "bun:sqlite";
import { whileBusy } from "../../shared/open-database.ts";

/** Counted up when the tables change: a file of another version is started anew. */
const VERSION = 2;

const TABLES = ["threads", "checkpoints", "channel_values", "writes", "parts"] as const;

/** `parts` of values and writes: the ids of the messages in them, as JSON. */
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

/**
 * Makes the tables of threads where they are missing.
 * @returns whether there was a file of another version, whose threads are lost
 */
export function prepareSchema(database: Database): boolean {
  const version = () => database.query<{ user_version: number }, []>("PRAGMA user_version").get()?.user_version ?? 0;
  if (version() === VERSION) return false;
  // Takes effect with the VACUUM below: the file has its header already.
  database.run("PRAGMA auto_vacuum = INCREMENTAL");
  let made = false;
  let lost = false;
  database
    .transaction(() => {
      // Another process may have been faster.
      if (version() === VERSION) return;
      const found = database.query<{ name: string }, []>("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
      for (const { name } of found) {
        if (!(TABLES as readonly string[]).includes(name)) continue;
        database.run(`DROP TABLE ${name}`);
        lost = true;
      }
      database.run(SCHEMA);
      database.run(`PRAGMA user_version = ${VERSION}`);
      made = true;
    })
    .immediate();
  if (made) whileBusy(() => database.run("VACUUM"));
  return lost;
}
