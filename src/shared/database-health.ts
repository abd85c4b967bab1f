import type { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { degraded, failedBy, type HealthProblem } from "./health.ts";
import { type DatabaseError, databaseError } from "./open-database.ts";
import { storageFailure } from "./storage-failure.ts";

/**
 * Whether a database can be written: remembers the last failure, and tries again only after one, so that a healthy one
 * costs no writes. Notices that the file was deleted or replaced, which SQLite does not.
 */
export class DatabaseHealth {
  readonly #file: string;
  readonly #database: Database;
  readonly #opened: string | undefined;
  #failure: DatabaseError | undefined;
  /** A write says nothing about the other pages. */
  #isDamaged = false;

  constructor(file: string, database: Database) {
    this.#file = file;
    this.#database = database;
    this.#opened = identityOf(file);
  }

  /**
   * Remembers a failure.
   * @returns its explanation; undefined when the error is not about storage
   */
  failed(error: unknown): DatabaseError | undefined {
    const storage = storageFailure(error);
    if (storage === undefined || !storage.code.startsWith("SQLITE_")) return undefined;
    const failure = databaseError(this.#file, error);
    // Another process holds the lock for a moment; trying again would wait for it.
    if (!/BUSY|LOCKED/.test(storage.code)) this.#failure = failure;
    if (/CORRUPT|NOTADB/.test(storage.code)) this.#isDamaged = true;
    return failure;
  }

  check(): HealthProblem | undefined {
    this.#tryAgain();
    if (this.#failure !== undefined) return failedBy(this.#failure);
    if (identityOf(this.#file) === this.#opened) return undefined;
    // SQLite keeps using the deleted file, which nobody else can see.
    return degraded(
      `${this.#file} was deleted or replaced while it was in use: what it holds is lost when the program ends.`,
    );
  }

  #tryAgain(): void {
    if (this.#failure === undefined || this.#isDamaged) return;
    try {
      this.#rewriteHeader();
      this.#failure = undefined;
    } catch (error) {
      this.failed(error);
    }
  }

  /** The smallest write there is: changes nothing, but reaches the file. */
  #rewriteHeader(): void {
    const read = this.#database.query<{ user_version: number }, []>("PRAGMA user_version");
    this.#database
      .transaction(() => this.#database.run(`PRAGMA user_version = ${read.get()?.user_version ?? 0}`))
      .immediate();
  }
}

function identityOf(file: string): string | undefined {
  try {
    const { dev, ino } = statSync(file);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
