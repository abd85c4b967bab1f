import { Database } from "bun:sqlite";
import { chmodSync } from "node:fs";

/**
 * Locks a file among all processes that use this function, including those in other containers that share the directory.
 * It is a SQLite lock, which the system releases however the process ends.
 * @param file created if missing; its directory must exist
 * @returns the function that unlocks it; `undefined` if another process has the lock
 * @throws the system's or SQLite's error if the file cannot be used
 */
export function lockFile(file: string): (() => void) | undefined {
  let database: Database | undefined;
  try {
    database = new Database(file, { create: true, strict: true });
    chmodSync(file, 0o600);
    database.run("BEGIN EXCLUSIVE");
  } catch (error) {
    database?.close();
    if (error instanceof Error && "code" in error && error.code === "SQLITE_BUSY") return undefined;
    throw error;
  }
  const held = database;
  return () => held.close();
}
