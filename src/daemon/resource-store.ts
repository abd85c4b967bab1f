import type { Database } from "bun:sqlite";
import { type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { messageOf } from "../shared/errors.ts";
import { whileBusy } from "../shared/open-database.ts";
import { type Page, page } from "./page.ts";

/** Finds a resource without its id. */
export interface ResourceName {
  readonly org: string;
  readonly slug: string;
}

/** Names an earlier state of a resource. */
interface VersionName {
  readonly hash: string;
  readonly tag: string;
}

/** Schema version. 1: resources have list keys. 2: executions contain no secrets. */
const VERSION = 2;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS resources (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, org TEXT NOT NULL, slug TEXT NOT NULL, message BLOB NOT NULL,
  parent TEXT NOT NULL DEFAULT '', phase INTEGER NOT NULL DEFAULT 0,
  UNIQUE (kind, org, slug)
);
CREATE TABLE IF NOT EXISTS artifacts (key TEXT PRIMARY KEY, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS versions (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, hash TEXT NOT NULL, tag TEXT NOT NULL, message BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS versions_by_hash ON versions (id, hash);
CREATE INDEX IF NOT EXISTS versions_by_tag ON versions (id, tag);
`;

/** Keys by which resources are listed. */
export interface ListKeys {
  /** Id of the resource that this one belongs to. */
  readonly parent: string;
  /** Of an execution; 0 for all else. */
  readonly phase: number;
}

/** Restricts a list; without keys it contains everything. */
export interface ListFilter {
  readonly parents?: readonly string[];
  readonly phase?: number;
}

/** The daemon's resources as protobuf messages in a SQLite file. */
export class ResourceStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    // What is deleted or replaced may be a secret: its bytes are not left in the file.
    database.run("PRAGMA secure_delete = ON");
    database.run(SCHEMA);
    const columns = database.query<{ name: string }, []>("SELECT name FROM pragma_table_info('resources')").all();
    if (!columns.some(({ name }) => name === "parent")) {
      database.run("ALTER TABLE resources ADD COLUMN parent TEXT NOT NULL DEFAULT ''");
      database.run("ALTER TABLE resources ADD COLUMN phase INTEGER NOT NULL DEFAULT 0");
    }
    database.run("CREATE INDEX IF NOT EXISTS resources_by_parent ON resources (kind, parent, id)");
  }

  /** Once for each file: `putAgain` brings what earlier versions wrote up to date. */
  upgrade(putAgain: () => void): void {
    const found = this.#database.query<{ user_version: number }, []>("PRAGMA user_version").get();
    if ((found?.user_version ?? 0) >= VERSION) return;
    this.#database.transaction(() => {
      putAgain();
      this.#database.run(`PRAGMA user_version = ${VERSION}`);
    })();
    // Earlier versions left what they deleted in unused pages.
    whileBusy(() => this.#database.run("VACUUM"));
    this.#truncateLog();
  }

  /** Runs work that replaces or deletes secrets, so that no old ones stay in the write-ahead log. */
  replacing<T>(work: () => T): T {
    const result = work();
    this.#truncateLog();
    return result;
  }

  /** Makes several changes, all or none. */
  together<T>(work: () => T): T {
    return this.#database.transaction(work)();
  }

  #truncateLog(): void {
    whileBusy(() => this.#database.run("PRAGMA wal_checkpoint(TRUNCATE)"));
  }

  get<D extends DescMessage>(schema: D, id: string): MessageShape<D> | undefined {
    return this.#one(schema, "SELECT message FROM resources WHERE id = ? AND kind = ?", [id, schema.typeName]);
  }

  find<D extends DescMessage>(schema: D, { org, slug }: ResourceName): MessageShape<D> | undefined {
    return this.#one(schema, "SELECT message FROM resources WHERE org = ? AND slug = ? AND kind = ?", [
      org,
      slug,
      schema.typeName,
    ]);
  }

  /** All of a kind, the newest first: ids sort by age. */
  all<D extends DescMessage>(schema: D): MessageShape<D>[] {
    return this.#database
      .query<{ message: Uint8Array }, [string]>("SELECT message FROM resources WHERE kind = ? ORDER BY id DESC")
      .all(schema.typeName)
      .map(({ message }) => decoded(schema, message));
  }

  /** One page of a kind, the newest first. Only what is on the page is read. */
  page<D extends DescMessage>(schema: D, filter: ListFilter, size: number, token: string): Page<MessageShape<D>> {
    const { parents, phase = 0 } = filter;
    const wanted = parents === undefined ? null : JSON.stringify(parents);
    const rows = this.#database
      .query<{ id: string; bytes: number }, [string, string | null, number]>(
        `SELECT id, length(message) AS bytes FROM resources WHERE kind = ?1
           AND (?2 IS NULL OR parent IN (SELECT value FROM json_each(?2))) AND (?3 = 0 OR phase = ?3) ORDER BY id DESC`,
      )
      .all(schema.typeName, wanted, phase);
    const { entries, ...found } = page(rows, size, token);
    return { ...found, entries: entries.flatMap(({ id }) => this.get(schema, id) ?? []) };
  }

  put<D extends DescMessage>(
    schema: D,
    id: string,
    { org, slug }: ResourceName,
    message: MessageShape<D>,
    { parent, phase }: ListKeys = { parent: "", phase: 0 },
  ): void {
    this.#database
      .query(
        `INSERT INTO resources (id, kind, org, slug, message, parent, phase) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
           ON CONFLICT (id) DO UPDATE SET org = ?3, slug = ?4, message = ?5, parent = ?6, phase = ?7`,
      )
      .run(id, schema.typeName, org, slug, toBinary(schema, message), parent, phase);
  }

  delete(id: string): void {
    this.together(() => {
      this.#database.query("DELETE FROM resources WHERE id = ?").run(id);
      this.#database.query("DELETE FROM versions WHERE id = ?").run(id);
    });
  }

  /** Keeps an earlier state of a resource. */
  putVersion<D extends DescMessage>(schema: D, id: string, { hash, tag }: VersionName, message: MessageShape<D>): void {
    this.#database
      .query("INSERT INTO versions (id, hash, tag, message) VALUES (?, ?, ?, ?)")
      .run(id, hash, tag, toBinary(schema, message));
  }

  /** The newest earlier state of a resource with this hash or tag. */
  version<D extends DescMessage>(schema: D, id: string, key: Partial<VersionName>): MessageShape<D> | undefined {
    const [column, value] = key.hash === undefined ? ["tag", key.tag ?? ""] : ["hash", key.hash];
    const sql = `SELECT message FROM versions WHERE id = ? AND ${column} = ? ORDER BY number DESC LIMIT 1`;
    return this.#one(schema, sql, [id, value]);
  }

  /** The untagged earlier states of a resource, the newest first. */
  untaggedVersions(id: string): { number: number; hash: string }[] {
    return this.#database
      .query<{ number: number; hash: string }, [string]>(
        "SELECT number, hash FROM versions WHERE id = ? AND tag = '' ORDER BY number DESC",
      )
      .all(id);
  }

  deleteVersion(number: number): void {
    this.#database.query("DELETE FROM versions WHERE number = ?").run(number);
  }

  /** Whether any resource has an earlier state with this hash. */
  hasVersion(hash: string): boolean {
    return this.#database.query("SELECT 1 FROM versions WHERE hash = ? LIMIT 1").get(hash) !== null;
  }

  deleteArtifact(key: string): void {
    this.#database.query("DELETE FROM artifacts WHERE key = ?").run(key);
  }

  putArtifact(key: string, content: Uint8Array): void {
    this.#database.query("INSERT OR REPLACE INTO artifacts VALUES (?, ?)").run(key, content);
  }

  artifact(key: string): Uint8Array | undefined {
    return this.#database
      .query<{ content: Uint8Array }, [string]>("SELECT content FROM artifacts WHERE key = ?")
      .get(key)?.content;
  }

  #one<D extends DescMessage>(schema: D, sql: string, values: string[]): MessageShape<D> | undefined {
    const row = this.#database.query<{ message: Uint8Array }, string[]>(sql).get(...values);
    return row === null ? undefined : decoded(schema, row.message);
  }
}

/** A stored resource that cannot be decoded: SQLite notices damage in its own structures only. */
class DamagedResource extends Error {
  override readonly name = "DamagedResource";
  /** As SQLite says of the damage that it notices. */
  readonly code = "SQLITE_CORRUPT";
}

/** @throws DamagedResource */
function decoded<D extends DescMessage>(schema: D, bytes: Uint8Array): MessageShape<D> {
  try {
    return fromBinary(schema, bytes);
  } catch (error) {
    throw new DamagedResource(`a stored ${schema.name} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}
