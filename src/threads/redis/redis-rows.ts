import { applied, type RedisClient, type RedisConnection } from "../../redis/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { packBlob, unpackBlob } from "../blob-codec.ts";
import type { ChannelValue, CheckpointKey, CheckpointRow, CheckpointRows, WriteRow } from "../checkpoint-rows.ts";
import { ThreadError } from "../thread-error.ts";
import { SEPARATOR, THREADS_KEY, ThreadKeys } from "./keys.ts";
import { PUT_SCRIPT } from "./put-script.ts";

/** Checkpoints in plain Redis, which all replicas share. What is not used for the time to live is let go. */
export class RedisRows implements CheckpointRows {
  readonly #redis: RedisConnection;
  readonly #ttlMs: number;

  constructor(redis: RedisConnection, ttlMs: number) {
    this.#redis = redis;
    this.#ttlMs = ttlMs;
  }

  async get(threadId: string, namespace: string, id?: string): Promise<CheckpointRow | undefined> {
    const wanted = id ?? (await this.#newest(threadId, namespace));
    return wanted === undefined ? undefined : await this.#row({ threadId, namespace, id: wanted });
  }

  async *list(threadId?: string, namespace?: string): AsyncGenerator<CheckpointRow> {
    for (const thread of threadId === undefined ? await this.#threads() : [threadId]) {
      const keys = new ThreadKeys(thread);
      const namespaces =
        namespace === undefined ? await this.#persist((client) => client.smembers(keys.namespaces)) : [namespace];
      for (const place of namespaces.sort()) {
        for (const id of await this.#persist((client) => client.zrevrange(keys.ids(place), 0, -1))) {
          const row = await this.#row({ threadId: thread, namespace: place, id });
          if (row !== undefined) yield row;
        }
      }
    }
  }

  async put(row: CheckpointRow, values: readonly ChannelValue[], keep: number): Promise<void> {
    const { threadId, namespace, id, parentId, checkpoint, metadata, versions } = row;
    const keys = new ThreadKeys(threadId);
    const fields = values.flatMap(({ channel, version, value }) => [
      `${channel}${SEPARATOR}${version}`,
      packBlob(value),
    ]);
    await this.#persist((client) =>
      client.eval(
        PUT_SCRIPT,
        4,
        ...[keys.ids(namespace), keys.values(namespace), keys.namespaces, keys.checkpoint(row)],
        ...[id, namespace, JSON.stringify(versions), parentId ?? "", packBlob(checkpoint), packBlob(metadata)],
        ...[
          keep === Number.POSITIVE_INFINITY ? 0 : keep,
          this.#ttlMs,
          keys.checkpoints(namespace),
          keys.writes(namespace),
        ],
        ...fields,
      ),
    );
    const now = Date.now();
    await this.#persist(async (client) => {
      await client.zadd(THREADS_KEY, now + this.#ttlMs, threadId);
      await client.zremrangebyscore(THREADS_KEY, 0, now);
    });
  }

  async values({ threadId, namespace, versions }: CheckpointRow): Promise<ChannelValue[]> {
    const wanted = Object.entries(versions);
    if (wanted.length === 0) return [];
    const key = new ThreadKeys(threadId).values(namespace);
    const fields = wanted.map(([channel, version]) => `${channel}${SEPARATOR}${version}`);
    const found = await this.#persist((client) => client.hmgetBuffer(key, ...fields));
    return wanted.flatMap(([channel, version], index) => {
      const bytes = found[index];
      return bytes === null || bytes === undefined ? [] : [{ channel, version, value: unpackBlob(bytes) }];
    });
  }

  async writes(key: CheckpointKey): Promise<WriteRow[]> {
    const found = await this.#persist((client) => client.hgetallBuffer(new ThreadKeys(key.threadId).writesOf(key)));
    return Object.entries(found).map(([field, bytes]) => unpackWrite(field, bytes));
  }

  async putWrites(key: CheckpointKey, rows: readonly WriteRow[]): Promise<void> {
    if (rows.length === 0) return;
    const writes = new ThreadKeys(key.threadId).writesOf(key);
    await this.#persist(async (client) => {
      const all = client.multi();
      for (const row of rows) {
        const field = `${row.taskId}${SEPARATOR}${row.index}`;
        if (row.index < 0) all.hset(writes, field, packWrite(row));
        else all.hsetnx(writes, field, packWrite(row));
      }
      await applied(all.pexpire(writes, this.#ttlMs));
    });
  }

  async deleteThread(threadId: string, onlySubGraphs = false): Promise<void> {
    const keys = new ThreadKeys(threadId);
    // Not tried again: what is left is let go by its time to live.
    await this.#redis.run(async (client) => {
      const all = client.multi();
      for (const namespace of await client.smembers(keys.namespaces)) {
        if (onlySubGraphs && namespace === "") continue;
        for (const id of await client.zrevrange(keys.ids(namespace), 0, -1)) {
          all.del(keys.checkpoint({ threadId, namespace, id }), keys.writesOf({ threadId, namespace, id }));
        }
        all.del(keys.ids(namespace), keys.values(namespace)).srem(keys.namespaces, namespace);
      }
      await applied(all);
      if (!onlySubGraphs) await client.zrem(THREADS_KEY, threadId);
    });
  }

  async #persist<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    return await this.#redis.persist(work).catch((error: unknown) => {
      throw new ThreadError(`The agent's memory cannot be read or written: ${messageOf(error)}`, error);
    });
  }

  async #threads(): Promise<string[]> {
    return await this.#persist((client) => client.zrangebyscore(THREADS_KEY, Date.now(), "+inf"));
  }

  async #newest(threadId: string, namespace: string): Promise<string | undefined> {
    const key = new ThreadKeys(threadId).ids(namespace);
    return (await this.#persist((client) => client.zrevrange(key, 0, 0)))[0];
  }

  async #row(key: CheckpointKey): Promise<CheckpointRow | undefined> {
    const name = new ThreadKeys(key.threadId).checkpoint(key);
    const { versions, parent, checkpoint, metadata } = await this.#persist((client) => client.hgetallBuffer(name));
    if (versions === undefined || checkpoint === undefined || metadata === undefined) return undefined;
    const parentId = parent?.toString() ?? "";
    return {
      ...{ threadId: key.threadId, namespace: key.namespace, id: key.id },
      checkpoint: unpackBlob(checkpoint),
      metadata: unpackBlob(metadata),
      versions: JSON.parse(versions.toString()) as Record<string, string>,
      ...(parentId === "" ? {} : { parentId }),
    };
  }
}

/** Path and channel as JSON, a zero byte, the value. */
function packWrite({ taskPath, channel, value }: WriteRow): Buffer {
  return Buffer.concat([Buffer.from(JSON.stringify([taskPath, channel])), Buffer.of(0), packBlob(value)]);
}

function unpackWrite(field: string, bytes: Buffer): WriteRow {
  const [taskId = "", index = ""] = field.split(SEPARATOR);
  const end = bytes.indexOf(0);
  const [taskPath, channel] = JSON.parse(bytes.subarray(0, end).toString()) as [string, string];
  return { taskId, index: Number(index), taskPath, channel, value: unpackBlob(bytes.subarray(end + 1)) };
}
