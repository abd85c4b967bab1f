import type { Database } from "bun:sqlite";
import { type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";

/** How a resource is found without its id. */
export interface ResourceName {
  readonly org: string;
  readonly slug: string;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS resources (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, org TEXT NOT NULL, slug TEXT NOT NULL, message BLOB NOT NULL,
  UNIQUE (kind, org, slug)
);
CREATE TABLE IF NOT EXISTS artifacts (key TEXT PRIMARY KEY, content BLOB NOT NULL);
`;

/** The daemon's resources, as the protobuf messages they are, in a SQLite file. */
export class ResourceStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.run(SCHEMA);
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
      .map(({ message }) => fromBinary(schema, message));
  }

  put<D extends DescMessage>(schema: D, id: string, { org, slug }: ResourceName, message: MessageShape<D>): void {
    this.#database
      .query(
        "INSERT INTO resources VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO UPDATE SET org = ?3, slug = ?4, message = ?5",
      )
      .run(id, schema.typeName, org, slug, toBinary(schema, message));
  }

  delete(id: string): void {
    this.#database.query("DELETE FROM resources WHERE id = ?").run(id);
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
    return row === null ? undefined : fromBinary(schema, row.message);
  }
}
