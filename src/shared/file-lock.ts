import { Database } from "bun:sqlite";
import { chmodSync } from "node:fs";

/**
 * Holds a file against all other processes that do the same, also in other containers that share the directory. The lock
 * is SQLite's, which the system frees however the process ends.
 * @param file made where it is missing; its directory is there
 * @returns the function that frees it; `undefined` where another process holds it
 * @throws the system's or SQLite's error where the file cannot be used
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
