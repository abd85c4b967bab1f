import type { RedisConnection } from "../redis/index.ts";
import type { OrphanLedger, OrphanSighting, RoundRecord } from "../sandbox/daytona/index.ts";
import { BACKEND_KEY, bind } from "./bound-value.ts";

/** Entries expire this long after the last write. */
const SIGHTINGS_TTL_MS = 7 * 86_400_000;
const ALIVE_TTL_MS = 86_400_000;
/** How many fields of a hash one command changes. */
const BATCH = 500;

/** The state of orphan collection that the replicas of a group share in Redis. */
export class RedisOrphanLedger implements OrphanLedger {
  readonly #redis: RedisConnection;
  readonly #prefix: string;

  constructor(redis: RedisConnection, group: string) {
    this.#redis = redis;
    this.#prefix = `stigmer:agent-runner:orphans:${group}:`;
  }

  async bind(backend: string): Promise<string> {
    return await bind(this.#redis, BACKEND_KEY, backend);
  }

  async beginRound(everyMs: number): Promise<boolean> {
    const key = `${this.#prefix}round`;
    return (await this.#redis.run((client) => client.set(key, Date.now(), "PX", everyMs, "NX"))) !== null;
  }

  async sightings(): Promise<Map<string, OrphanSighting>> {
    const found = await this.#redis.run((client) => client.hgetall(`${this.#prefix}sightings`));
    return new Map(Object.entries(found).map(([id, text]) => [id, JSON.parse(text) as OrphanSighting]));
  }

  async alive(): Promise<Map<string, number>> {
    const found = await this.#redis.run((client) => client.zrange(`${this.#prefix}alive`, "0", "-1", "WITHSCORES"));
    return new Map(pairs(found));
  }

  async record({ sightings, forgotten, alive }: RoundRecord, now: number): Promise<void> {
    const [seenKey, aliveKey] = [`${this.#prefix}sightings`, `${this.#prefix}alive`];
    await this.#redis.run(async (client) => {
      const seen = [...sightings].flatMap(([id, sighting]) => [id, JSON.stringify(sighting)]);
      for (const batch of batches(seen, 2 * BATCH)) await client.hset(seenKey, ...batch);
      for (const batch of batches([...forgotten], BATCH)) await client.hdel(seenKey, ...batch);
      for (const batch of batches([...alive], BATCH))
        await client.zadd(aliveKey, ...batch.flatMap((id) => [String(now), id]));
      await client.zremrangebyscore(aliveKey, 0, now - ALIVE_TTL_MS);
      await client.pexpire(seenKey, SIGHTINGS_TTL_MS);
      await client.pexpire(aliveKey, ALIVE_TTL_MS);
    });
  }
}

function* batches<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

/** Pairs of a member and its score, from a flat list. */
function* pairs(list: readonly string[]): Generator<[string, number]> {
  for (let index = 0; index + 1 < list.length; index += 2) yield [list[index] ?? "", Number(list[index + 1])];
}
