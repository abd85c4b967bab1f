import { execTransaction, type RedisClient, type RedisConnection } from "../../redis/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { withTimeout } from "../../shared/time.ts";
import { packBlob, unpackBlob } from "../blob-codec.ts";
import type {
  ChannelValue,
  CheckpointKey,
  CheckpointRow,
  CheckpointStorage,
  StoredMessage,
  WriteRow,
} from "../checkpoint-storage.ts";
import { ThreadError } from "../thread-error.ts";
import { isEphemeral } from "../thread-id.ts";
import { SEPARATOR, THREADS_KEY, ThreadKeys } from "./keys.ts";
import { SWEEP_SCRIPT } from "./messages-script.ts";
import { messageArguments, packValue, packWrite, unpackValue, unpackWrite } from "./packing.ts";
import { PUT_SCRIPT, PUT_WRITES_SCRIPT } from "./put-script.ts";

/** The newest checkpoint may be deleted before it is read, because another process has written newer ones. */
const MAX_READ_ATTEMPTS = 20;
/** How long the end of an execution waits for its thread to be deleted or compacted. */
const DELETE_TIMEOUT_MS = 1_500;
/**
 * Time to live of the thread of an execution without a session. It is deleted with its execution unless the replica was
 * killed. Longer than any execution.
 */
const EPHEMERAL_TTL_MS = 6 * 3_600_000;

/** Checkpoints in Redis, shared by all replicas. Threads expire when they are not used for their time to live. */
export class RedisCheckpointStorage implements CheckpointStorage {
  readonly #redis: RedisConnection;
  readonly #ttlMs: number;
  readonly #signal: AbortSignal | undefined;

  /** @param signal ends retries */
  constructor(redis: RedisConnection, ttlMs: number, signal?: AbortSignal) {
    this.#redis = redis;
    this.#ttlMs = ttlMs;
    this.#signal = signal;
  }

  withSignal(signal: AbortSignal): CheckpointStorage {
    return new RedisCheckpointStorage(this.#redis, this.#ttlMs, signal);
  }

  async get(threadId: string, namespace: string, id?: string): Promise<CheckpointRow | undefined> {
    if (id !== undefined) return await this.#row({ threadId, namespace, id });
    for (let attempt = 0; attempt < MAX_READ_ATTEMPTS; attempt++) {
      const newest = await this.#newest(threadId, namespace);
      if (newest === undefined) return undefined;
      const row = await this.#row({ threadId, namespace, id: newest });
      // It was deleted just now because a newer one exists. Treating the thread as empty would lose it.
      if (row !== undefined) return row;
    }
    throw new ThreadError(
      "conflict",
      `The agent's memory cannot be read: another process keeps writing to the thread ${threadId}. Send the message again.`,
    );
  }

  async *list(threadId?: string, namespace?: string): AsyncGenerator<CheckpointRow> {
    for (const thread of threadId === undefined ? await this.#threads() : [threadId]) {
      const keys = new ThreadKeys(thread);
      const namespaces =
        namespace === undefined ? await this.#runWithRetry((client) => client.smembers(keys.namespaces)) : [namespace];
      for (const namespace of namespaces.sort()) {
        for (const id of await this.#runWithRetry((client) => client.zrevrange(keys.ids(namespace), 0, -1))) {
          const row = await this.#row({ threadId: thread, namespace, id });
          if (row !== undefined) yield row;
        }
      }
    }
  }

  async put(
    row: CheckpointRow,
    values: readonly ChannelValue[],
    messages: readonly StoredMessage[],
    keep: number,
  ): Promise<string[]> {
    const { threadId, namespace, id, parentId, checkpoint, metadata, versions } = row;
    const keys = new ThreadKeys(threadId);
    const fields = values.flatMap(({ channel, version, value }) => [
      `${channel}${SEPARATOR}${version}`,
      packValue(value),
    ]);
    const missing = await this.#runWithRetry((client) =>
      client.eval(
        PUT_SCRIPT,
        7,
        ...[keys.ids(namespace), keys.values(namespace), keys.namespaces, keys.checkpoint(row), keys.messages],
        ...[keys.idsWithWrites(namespace), THREADS_KEY],
        ...[id, namespace, JSON.stringify(versions), parentId ?? "", packBlob(checkpoint), packBlob(metadata)],
        ...[
          keep === Number.POSITIVE_INFINITY ? 0 : keep,
          this.#ttlOf(threadId),
          keys.checkpointPrefixOf(namespace),
          keys.writesPrefixOf(namespace),
        ],
        ...[threadId, Date.now()],
        ...messageArguments(messages, values),
        ...fields,
      ),
    );
    return missing as string[];
  }

  async values({ threadId, namespace, versions }: CheckpointRow): Promise<ChannelValue[]> {
    const wanted = Object.entries(versions);
    if (wanted.length === 0) return [];
    const key = new ThreadKeys(threadId).values(namespace);
    const fields = wanted.map(([channel, version]) => `${channel}${SEPARATOR}${version}`);
    const found = await this.#runWithRetry((client) => client.hmgetBuffer(key, ...fields));
    return wanted.flatMap(([channel, version], index) => {
      const bytes = found[index];
      return bytes === null || bytes === undefined ? [] : [{ channel, version, value: unpackValue(bytes) }];
    });
  }

  async writes(key: CheckpointKey): Promise<WriteRow[]> {
    const found = await this.#runWithRetry((client) => client.hgetallBuffer(new ThreadKeys(key.threadId).writes(key)));
    return Object.entries(found).map(([field, bytes]) => unpackWrite(field, bytes));
  }

  async putWrites(
    key: CheckpointKey,
    rows: readonly WriteRow[],
    messages: readonly StoredMessage[],
  ): Promise<string[]> {
    if (rows.length === 0) return [];
    const keys = new ThreadKeys(key.threadId);
    const writes = rows.flatMap((row) => [
      row.index < 0 ? "1" : "0",
      `${row.taskId}${SEPARATOR}${row.index}`,
      packWrite(row),
    ]);
    const given = messageArguments(messages, rows);
    return (await this.#runWithRetry((client) =>
      client.eval(
        PUT_WRITES_SCRIPT,
        4,
        ...[keys.writes(key), keys.messages, keys.namespaces, keys.idsWithWrites(key.namespace)],
        ...[this.#ttlOf(key.threadId), key.id, key.namespace],
        ...given,
        ...writes,
      ),
    )) as string[];
  }

  async messages(threadId: string, ids: readonly string[]): Promise<StoredMessage[]> {
    if (ids.length === 0) return [];
    const found = await this.#runWithRetry((client) => client.hmgetBuffer(new ThreadKeys(threadId).messages, ...ids));
    return ids.flatMap((id, index) => {
      const bytes = found[index];
      return bytes === null || bytes === undefined ? [] : [{ id, value: unpackBlob(bytes) }];
    });
  }

  async sweep(threadId: string): Promise<void> {
    const keys = new ThreadKeys(threadId);
    const starts = [keys.valuesPrefix, keys.idsPrefix, keys.idsWithWritesPrefix, keys.writesPrefix];
    await this.#redis.run((client) =>
      client.eval(SWEEP_SCRIPT, 2, keys.messages, keys.namespaces, ...starts, SEPARATOR),
    );
  }

  async deleteThread(threadId: string, onlySubGraphs = false): Promise<void> {
    // Neither retried nor waited for: the next run deletes what is left, or it expires.
    await withTimeout(
      this.#delete(threadId, onlySubGraphs),
      DELETE_TIMEOUT_MS,
      () => new ThreadError("unavailable", "Redis does not answer"),
    );
  }

  /** Nothing to do: unused threads expire. */
  async maintenance(): Promise<void> {}

  async #delete(threadId: string, onlySubGraphs: boolean): Promise<void> {
    const keys = new ThreadKeys(threadId);
    await this.#redis.run(async (client) => {
      const all = client.multi();
      for (const namespace of await client.smembers(keys.namespaces)) {
        if (onlySubGraphs && namespace === "") continue;
        const stored = await client.zrevrange(keys.ids(namespace), 0, -1);
        const written = await client.smembers(keys.idsWithWrites(namespace));
        for (const id of new Set([...stored, ...written]))
          all.del(keys.checkpoint({ threadId, namespace, id }), keys.writes({ threadId, namespace, id }));
        all.del(keys.ids(namespace), keys.values(namespace), keys.idsWithWrites(namespace));
        all.srem(keys.namespaces, namespace);
      }
      if (!onlySubGraphs) all.del(keys.messages);
      await execTransaction(all);
      if (!onlySubGraphs) await client.zrem(THREADS_KEY, threadId);
    });
    if (onlySubGraphs) await this.sweep(threadId);
  }

  #ttlOf(threadId: string): number {
    return isEphemeral(threadId) ? Math.min(this.#ttlMs, EPHEMERAL_TTL_MS) : this.#ttlMs;
  }

  async #runWithRetry<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    return await this.#redis.runWithRetry(work, this.#signal).catch((error: unknown) => {
      if (this.#signal?.aborted === true) throw error;
      throw new ThreadError("unavailable", `The agent's memory cannot be read or written: ${messageOf(error)}`, error);
    });
  }

  async #threads(): Promise<string[]> {
    return await this.#runWithRetry((client) => client.zrangebyscore(THREADS_KEY, Date.now(), "+inf"));
  }

  async #newest(threadId: string, namespace: string): Promise<string | undefined> {
    const key = new ThreadKeys(threadId).ids(namespace);
    return (await this.#runWithRetry((client) => client.zrevrange(key, 0, 0)))[0];
  }

  async #row(key: CheckpointKey): Promise<CheckpointRow | undefined> {
    const name = new ThreadKeys(key.threadId).checkpoint(key);
    const { versions, parent, checkpoint, metadata } = await this.#runWithRetry((client) => client.hgetallBuffer(name));
    if (versions === undefined || checkpoint === undefined || metadata === undefined) return undefined;
    const parentId = parent?.toString() ?? "";
    return {
      threadId: key.threadId,
      namespace: key.namespace,
      id: key.id,
      checkpoint: unpackBlob(checkpoint),
      metadata: unpackBlob(metadata),
      versions: JSON.parse(versions.toString()) as Record<string, string>,
      ...(parentId === "" ? {} : { parentId }),
    };
  }
}
