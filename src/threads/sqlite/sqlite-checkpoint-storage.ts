import type { Database, SQLQueryBindings } from "bun:sqlite";
import {
  type ChannelValue,
  type CheckpointKey,
  type CheckpointRow,
  type CheckpointStorage,
  furtherMessages,
  type StoredMessage,
  type StoredValue,
  type WriteRow,
} from "../checkpoint-storage.ts";
import { shrink, unusedThread } from "./maintenance.ts";
import {
  type CheckpointRecord,
  checkpointRow,
  type MessageRecord,
  type ValueRecord,
  valueColumns,
  valueFromRecord,
  type WriteRecord,
} from "./records.ts";
import { prepareSchema } from "./schema.ts";

/** Checkpoints in a SQLite database; several processes may use the same file. */
export class SqliteCheckpointStorage implements CheckpointStorage {
  readonly #database: Database;

  /** @throws SchemaVersionError */
  constructor(database: Database) {
    this.#database = database;
    prepareSchema(database);
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

  async put(
    row: CheckpointRow,
    values: readonly ChannelValue[],
    messages: readonly StoredMessage[],
    keep: number,
  ): Promise<string[]> {
    const { threadId, namespace, id, parentId, checkpoint, metadata, versions } = row;
    return this.#withMessages(threadId, messages, values, () => {
      for (const { channel, version, value } of values) {
        this.#run("INSERT OR REPLACE INTO channel_values VALUES (?, ?, ?, ?, ?, ?, ?)", [
          ...[threadId, namespace, channel, version],
          ...valueColumns(value),
        ]);
      }
      this.#run("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [
        ...[threadId, namespace, id, parentId ?? null],
        ...[checkpoint.type, checkpoint.data, metadata.type, metadata.data],
        JSON.stringify(versions),
      ]);
      this.#run("INSERT OR REPLACE INTO threads VALUES (?, ?)", [threadId, Date.now()]);
      if (keep !== Number.POSITIVE_INFINITY) this.#prune(threadId, namespace, keep);
    });
  }

  #prune(threadId: string, namespace: string, keep: number): void {
    const inNamespace = "thread_id = ?1 AND namespace = ?2";
    const oldest = `SELECT id FROM checkpoints WHERE ${inNamespace} ORDER BY id DESC LIMIT 1 OFFSET ?3`;
    const values = [threadId, namespace, keep - 1];
    this.#run(`DELETE FROM writes WHERE ${inNamespace} AND checkpoint_id < (${oldest})`, values);
    this.#run(`DELETE FROM checkpoints WHERE ${inNamespace} AND id < (${oldest})`, values);
    const used = `SELECT used.key, used.value FROM checkpoints, json_each(versions) AS used WHERE ${inNamespace}`;
    this.#run(`DELETE FROM channel_values WHERE ${inNamespace} AND (channel, version) NOT IN (${used})`, [
      threadId,
      namespace,
    ]);
  }

  async values({ threadId, namespace, versions }: CheckpointRow): Promise<ChannelValue[]> {
    return this.#database
      .query<ValueRecord, SQLQueryBindings[]>(
        "SELECT channel, version, type, value, parts FROM channel_values WHERE thread_id = ? AND namespace = ? AND (channel, version) IN (SELECT key, value FROM json_each(?))",
      )
      .all(threadId, namespace, JSON.stringify(versions))
      .map(({ channel, version, ...record }) => ({ channel, version, value: valueFromRecord(record) }));
  }

  async writes({ threadId, namespace, id }: CheckpointKey): Promise<WriteRow[]> {
    return this.#database
      .query<WriteRecord, SQLQueryBindings[]>(
        "SELECT * FROM writes WHERE thread_id = ? AND namespace = ? AND checkpoint_id = ?",
      )
      .all(threadId, namespace, id)
      .map(({ task_id, idx, task_path, channel, ...record }) => ({
        taskId: task_id,
        index: idx,
        taskPath: task_path,
        channel,
        value: valueFromRecord(record),
      }));
  }

  async putWrites(
    { threadId, namespace, id }: CheckpointKey,
    rows: readonly WriteRow[],
    messages: readonly StoredMessage[],
  ): Promise<string[]> {
    return this.#withMessages(threadId, messages, rows, () => {
      for (const { taskId, index, taskPath, channel, value } of rows) {
        this.#run(`INSERT OR ${index < 0 ? "REPLACE" : "IGNORE"} INTO writes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, [
          ...[threadId, namespace, id, taskId, index],
          ...[taskPath, channel],
          ...valueColumns(value),
        ]);
      }
    });
  }

  async messages(threadId: string, ids: readonly string[]): Promise<StoredMessage[]> {
    return this.#database
      .query<MessageRecord, SQLQueryBindings[]>(
        "SELECT id, type, value FROM parts WHERE thread_id = ? AND id IN (SELECT value FROM json_each(?))",
      )
      .all(threadId, JSON.stringify(ids))
      .map(({ id, type, value }) => ({ id, value: { type, data: value } }));
  }

  async sweep(threadId: string): Promise<void> {
    this.#transaction(() => this.#sweep(threadId));
  }

  async deleteThread(threadId: string, onlySubGraphs = false): Promise<void> {
    const where = `WHERE thread_id = ?${onlySubGraphs ? " AND namespace <> ''" : ""}`;
    this.#transaction(() => {
      for (const table of ["checkpoints", "channel_values", "writes"])
        this.#run(`DELETE FROM ${table} ${where}`, [threadId]);
      this.#sweep(threadId);
      if (!onlySubGraphs) this.#run("DELETE FROM threads WHERE thread_id = ?", [threadId]);
    });
  }

  async maintenance(): Promise<void> {
    const unused = unusedThread(this.#database, Date.now());
    if (unused !== undefined) await this.deleteThread(unused);
    await shrink(this.#database);
  }

  /** Stores messages and runs `work`, unless messages of the values are missing. @returns the ids of missing ones */
  #withMessages(
    threadId: string,
    messages: readonly StoredMessage[],
    values: readonly { readonly value: StoredValue }[],
    work: () => void,
  ): string[] {
    let missing: string[] = [];
    this.#transaction(() => {
      missing = this.#missing(threadId, furtherMessages(messages, values));
      if (missing.length > 0) return;
      for (const { id, value } of messages)
        this.#run("INSERT OR IGNORE INTO parts VALUES (?, ?, ?, ?)", [threadId, id, value.type, value.data]);
      work();
    });
    return missing;
  }

  #missing(threadId: string, ids: readonly string[]): string[] {
    if (ids.length === 0) return [];
    return this.#database
      .query<{ id: string }, SQLQueryBindings[]>(
        "SELECT needed.value AS id FROM json_each(?2) AS needed WHERE NOT EXISTS (SELECT 1 FROM parts WHERE thread_id = ?1 AND id = needed.value)",
      )
      .all(threadId, JSON.stringify(ids))
      .map(({ id }) => id);
  }

  #sweep(threadId: string): void {
    const used = ["channel_values", "writes"].map(
      (table) => `SELECT part.value FROM ${table}, json_each(${table}.parts) AS part WHERE thread_id = ?1`,
    );
    this.#run(`DELETE FROM parts WHERE thread_id = ?1 AND id NOT IN (${used.join(" UNION ")})`, [threadId]);
  }

  #select(where: string, values: SQLQueryBindings[]): CheckpointRecord[] {
    return this.#database
      .query<CheckpointRecord, SQLQueryBindings[]>(`SELECT * FROM checkpoints ${where}`)
      .all(...values);
  }

  #run(sql: string, values: SQLQueryBindings[]): void {
    this.#database.query(sql).run(...values);
  }

  /** Immediate: a transaction that begins by reading can fail to get the write lock later. */
  #transaction(work: () => void): void {
    this.#database.transaction(work).immediate();
  }
}
