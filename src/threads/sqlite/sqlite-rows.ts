import type { Database, SQLQueryBindings } from "bun:sqlite";
import type { ChannelValue, CheckpointKey, CheckpointRow, CheckpointRows, WriteRow } from "../checkpoint-rows.ts";

const SCHEMA = `
CREATE TABLE IF NOT EXISTS checkpoints (
  thread_id TEXT NOT NULL, namespace TEXT NOT NULL, id TEXT NOT NULL, parent_id TEXT,
  checkpoint_type TEXT NOT NULL, checkpoint BLOB NOT NULL, metadata_type TEXT NOT NULL, metadata BLOB NOT NULL,
  versions TEXT NOT NULL,
  PRIMARY KEY (thread_id, namespace, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS channel_values (
  thread_id TEXT NOT NULL, namespace TEXT NOT NULL, channel TEXT NOT NULL, version TEXT NOT NULL,
  type TEXT NOT NULL, value BLOB NOT NULL,
  PRIMARY KEY (thread_id, namespace, channel, version)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS writes (
  thread_id TEXT NOT NULL, namespace TEXT NOT NULL, checkpoint_id TEXT NOT NULL, task_id TEXT NOT NULL, idx INTEGER NOT NULL,
  task_path TEXT NOT NULL, channel TEXT NOT NULL, type TEXT NOT NULL, value BLOB NOT NULL,
  PRIMARY KEY (thread_id, namespace, checkpoint_id, task_id, idx)
) WITHOUT ROWID;
`;

interface CheckpointRecord {
  readonly thread_id: string;
  readonly namespace: string;
  readonly id: string;
  readonly parent_id: string | null;
  readonly checkpoint_type: string;
  readonly checkpoint: Uint8Array;
  readonly metadata_type: string;
  readonly metadata: Uint8Array;
  readonly versions: string;
}

interface ValueRecord {
  readonly channel: string;
  readonly version: string;
  readonly type: string;
  readonly value: Uint8Array;
}

interface WriteRecord {
  readonly task_id: string;
  readonly idx: number;
  readonly task_path: string;
  readonly channel: string;
  readonly type: string;
  readonly value: Uint8Array;
}

/** Checkpoints in a SQLite database; several processes may use the same file. */
export class SqliteRows implements CheckpointRows {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
    database.run(SCHEMA);
  }

  async get(threadId: string, namespace: string, id?: string): Promise<CheckpointRow | undefined> {
    const [record] = this.#select(
      "WHERE thread_id = ?1 AND namespace = ?2 AND (?3 IS NULL OR id = ?3) ORDER BY id DESC LIMIT 1",
      [threadId, namespace, id ?? null],
    );
    return record === undefined ? undefined : checkpointRow(record);
  }

  async *list(threadId?: string, namespace?: string): AsyncGenerator<CheckpointRow> {
    const where = "WHERE (?1 IS NULL OR thread_id = ?1) AND (?2 IS NULL OR namespace = ?2) ORDER BY id DESC";
    for (const record of this.#select(where, [threadId ?? null, namespace ?? null])) yield checkpointRow(record);
  }

  async put(row: CheckpointRow, values: readonly ChannelValue[], keep: number): Promise<void> {
    const { threadId, namespace, id, parentId, checkpoint, metadata, versions } = row;
    this.#transaction(() => {
      for (const { channel, version, value } of values) {
        this.#run("INSERT OR REPLACE INTO channel_values VALUES (?, ?, ?, ?, ?, ?)", [
          threadId,
          namespace,
          channel,
          version,
          value.type,
          value.data,
        ]);
      }
      this.#run("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [
        ...[threadId, namespace, id, parentId ?? null],
        ...[checkpoint.type, checkpoint.data, metadata.type, metadata.data],
        JSON.stringify(versions),
      ]);
      if (keep !== Number.POSITIVE_INFINITY) this.#prune(threadId, namespace, keep);
    });
  }

  #prune(threadId: string, namespace: string, keep: number): void {
    const place = "thread_id = ?1 AND namespace = ?2";
    const oldest = `SELECT id FROM checkpoints WHERE ${place} ORDER BY id DESC LIMIT 1 OFFSET ?3`;
    const values = [threadId, namespace, keep - 1];
    this.#run(`DELETE FROM writes WHERE ${place} AND checkpoint_id < (${oldest})`, values);
    this.#run(`DELETE FROM checkpoints WHERE ${place} AND id < (${oldest})`, values);
    const used = `SELECT used.key, used.value FROM checkpoints, json_each(versions) AS used WHERE ${place}`;
    this.#run(`DELETE FROM channel_values WHERE ${place} AND (channel, version) NOT IN (${used})`, [
      threadId,
      namespace,
    ]);
  }

  async values({ threadId, namespace, versions }: CheckpointRow): Promise<ChannelValue[]> {
    return this.#database
      .query<ValueRecord, SQLQueryBindings[]>(
        "SELECT channel, version, type, value FROM channel_values WHERE thread_id = ? AND namespace = ? AND (channel, version) IN (SELECT key, value FROM json_each(?))",
      )
      .all(threadId, namespace, JSON.stringify(versions))
      .map(({ channel, version, type, value }) => ({ channel, version, value: { type, data: value } }));
  }

  async writes({ threadId, namespace, id }: CheckpointKey): Promise<WriteRow[]> {
    return this.#database
      .query<WriteRecord, SQLQueryBindings[]>(
        "SELECT * FROM writes WHERE thread_id = ? AND namespace = ? AND checkpoint_id = ?",
      )
      .all(threadId, namespace, id)
      .map(({ task_id, idx, task_path, channel, type, value }) => ({
        taskId: task_id,
        index: idx,
        taskPath: task_path,
        channel,
        value: { type, data: value },
      }));
  }

  async putWrites({ threadId, namespace, id }: CheckpointKey, rows: readonly WriteRow[]): Promise<void> {
    this.#transaction(() => {
      for (const { taskId, index, taskPath, channel, value } of rows) {
        this.#run(`INSERT OR ${index < 0 ? "REPLACE" : "IGNORE"} INTO writes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, [
          ...[threadId, namespace, id, taskId, index],
          ...[taskPath, channel, value.type, value.data],
        ]);
      }
    });
  }

  async deleteThread(threadId: string, onlySubGraphs = false): Promise<void> {
    const where = `WHERE thread_id = ?${onlySubGraphs ? " AND namespace <> ''" : ""}`;
    this.#transaction(() => {
      for (const table of ["checkpoints", "channel_values", "writes"])
        this.#run(`DELETE FROM ${table} ${where}`, [threadId]);
    });
  }

  #select(where: string, values: SQLQueryBindings[]): CheckpointRecord[] {
    return this.#database
      .query<CheckpointRecord, SQLQueryBindings[]>(`SELECT * FROM checkpoints ${where}`)
      .all(...values);
  }

  #run(sql: string, values: SQLQueryBindings[]): void {
    this.#database.query(sql).run(...values);
  }

  /** Immediate: a transaction that starts by reading could not get the lock when it comes to write. */
  #transaction(work: () => void): void {
    this.#database.transaction(work).immediate();
  }
}

function checkpointRow(record: CheckpointRecord): CheckpointRow {
  const { thread_id, namespace, id, parent_id, checkpoint_type, checkpoint, metadata_type, metadata, versions } =
    record;
  return {
    threadId: thread_id,
    namespace,
    id,
    checkpoint: { type: checkpoint_type, data: checkpoint },
    metadata: { type: metadata_type, data: metadata },
    versions: JSON.parse(versions) as Record<string, string>,
    ...(parent_id === null ? {} : { parentId: parent_id }),
  };
}
