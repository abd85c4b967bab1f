import type { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { degraded, failed, type HealthProblem } from "./health.ts";
import { describeStorageFailure, storageFailure } from "./storage-failure.ts";

/**
 * Whether a database can be written: remembers the last failure, and tries again only after one, so that a healthy one
 * costs no writes. Notices that the file was deleted or replaced, which SQLite does not.
 */
export class DatabaseHealth {
  readonly #file: string;
  readonly #database: Database;
  readonly #opened: string | undefined;
  #trouble: string | undefined;
  /** A write says nothing about the other pages. */
  #isDamaged = false;

  constructor(file: string, database: Database) {
    this.#file = file;
    this.#database = database;
    this.#opened = identityOf(file);
  }

  /**
   * Remembers a failure.
   * @returns it in words; undefined where the error is about something else than storage
   */
  failed(error: unknown): string | undefined {
    const trouble = storageFailure(error);
    if (trouble === undefined || !trouble.code.startsWith("SQLITE_")) return undefined;
    const problem = describeStorageFailure(this.#file, trouble);
    // A lock is another process' and passes; trying again would wait for it.
    if (!/BUSY|LOCKED/.test(trouble.code)) this.#trouble = problem;
    if (/CORRUPT|NOTADB/.test(trouble.code)) this.#isDamaged = true;
    return problem;
  }

  check(): HealthProblem | undefined {
    this.#tryAgain();
    if (this.#trouble !== undefined) return failed(this.#trouble);
    if (identityOf(this.#file) === this.#opened) return undefined;
    // SQLite goes on with the file that nobody else sees any more.
    return degraded(
      `${this.#file} was deleted or replaced while it was in use: what it holds is lost when the program ends.`,
    );
  }

  #tryAgain(): void {
    if (this.#trouble === undefined || this.#isDamaged) return;
    try {
      this.#rewriteHeader();
      this.#trouble = undefined;
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
