import { Database } from "bun:sqlite";
import { chmodSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf } from "./errors.ts";
import { RunnerError } from "./runner-error.ts";
import { storageFailure } from "./storage-failure.ts";

/** How long a process waits for another one that writes to the same file. */
const BUSY_TIMEOUT_MS = 10_000;
const BUSY_STEP_MS = 20;

/** `storage`: the disk or the file; `failed`: anything else. */
export type DatabaseErrorCode = "storage" | "failed";

/** A database file that cannot be used. The message names it and the cause. */
export class DatabaseError extends RunnerError<DatabaseErrorCode> {
  override readonly name = "DatabaseError";
  override readonly headline = "a database cannot be used";
}

/**
 * Opens a SQLite file, creating it and its directory if missing. Several processes may share it.
 * @throws DatabaseError
 */
export function openDatabase(file: string): Database {
  let database: Database | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    database = new Database(file, { create: true, strict: true });
    // It holds conversations, and what they hold: for its owner only.
    chmodSync(file, 0o600);
    database.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    const opened = database;
    whileBusy(() => opened.run("PRAGMA journal_mode = WAL"));
    // With a write-ahead log this survives a crash of the process; only a power cut may cost the last transactions.
    database.run("PRAGMA synchronous = NORMAL");
    return database;
  } catch (error) {
    database?.close();
    throw databaseError(file, error);
  }
}

/** Why a database file cannot be used, and what to do. */
export function databaseError(file: string, error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const failure = storageFailure(error, file);
  const text = failure === undefined ? messageOf(error) : `${failure.what} (${failure.code})`;
  const remedy = failure?.remedy(file) ?? "Check its disk, or set STIGMER_DATA_DIR to another directory.";
  return new DatabaseError(
    failure === undefined ? "failed" : "storage",
    `The database ${file} cannot be used: ${text}.`,
    { remedies: [remedy], cause: error },
  );
}

/**
 * Retries while another process has the file locked: SQLite itself does not wait with changes of the file as a whole.
 * @throws what `work` throws, when the other process holds the lock longer than {@link BUSY_TIMEOUT_MS}
 */
export function whileBusy(work: () => void): void {
  const end = Date.now() + BUSY_TIMEOUT_MS;
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      if (!String(Object(error).code).startsWith("SQLITE_BUSY") || Date.now() > end) throw error;
      Bun.sleepSync(BUSY_STEP_MS);
    }
  }
}
