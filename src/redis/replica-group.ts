import type { Logger } from "../log/index.ts";
import type { RedisConnection } from "./redis-connection.ts";

const ASSERT_MS = 5_000;

/** A name that all who share a Redis have in common; the first one gives it. */
export class ReplicaGroup {
  readonly name: string;
  readonly #redis: RedisConnection;
  readonly #key: string;
  readonly #log: Logger;
  readonly #timer: ReturnType<typeof setInterval>;
  /** The last other name that was seen there. */
  #other: string | undefined;

  private constructor(redis: RedisConnection, key: string, name: string, log: Logger) {
    this.#redis = redis;
    this.#key = key;
    this.name = name;
    this.#log = log;
    // Redis may be emptied, or start again without what it had: who comes then is to find the same name.
    this.#timer = setInterval(() => void this.#assert().catch(() => undefined), ASSERT_MS);
    this.#timer.unref();
  }

  /** @throws RedisError */
  static async join(redis: RedisConnection, key: string, log: Logger): Promise<ReplicaGroup> {
    // A younger name sorts later.
    const own = Bun.randomUUIDv7();
    const name = (await redis.run((client) => client.set(key, own, "NX", "GET"))) ?? own;
    return new ReplicaGroup(redis, key, name, log);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #assert(): Promise<void> {
    const found = await this.#redis.run((client) => client.set(this.#key, this.name, "NX", "GET"));
    if (found === null) this.#log.warn(`Redis had forgotten ${this.#key}: it was emptied. It is written there again.`);
    if (found !== null && found !== this.name && found !== this.#other)
      this.#log.warn(
        `Redis was emptied, and runners that started since then go by another name (${this.#key}): they do not share sandboxes with this one. Restart this one when it has nothing to do.`,
      );
    this.#other = found ?? undefined;
  }
}
