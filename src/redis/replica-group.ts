import type { Logger } from "../log/index.ts";
import type { RedisConnection } from "./redis-connection.ts";

const ASSERT_MS = 5_000;

/** The runners that share a Redis, known by a common name, which the first one chooses. */
export class ReplicaGroup {
  readonly name: string;
  readonly #redis: RedisConnection;
  readonly #key: string;
  readonly #log: Logger;
  readonly #timer: ReturnType<typeof setInterval>;
  /** The last other name that was seen in Redis. */
  #other: string | undefined;

  private constructor(redis: RedisConnection, key: string, name: string, log: Logger) {
    this.#redis = redis;
    this.#key = key;
    this.name = name;
    this.#log = log;
    // Redis may lose its data: runners that start then must find the same name.
    this.#timer = setInterval(() => void this.#assert().catch(() => undefined), ASSERT_MS);
    this.#timer.unref();
  }

  /** The name of the group, if it has one already. Changes nothing. @throws RedisError */
  static async find(redis: RedisConnection, key: string): Promise<string | undefined> {
    return (await redis.run((client) => client.get(key))) ?? undefined;
  }

  /** Joins the group, or founds it, and keeps its name in Redis until it is closed. @throws RedisError */
  static async join(redis: RedisConnection, key: string, log: Logger): Promise<ReplicaGroup> {
    // A later name sorts after an earlier one: see `mustYield`.
    const own = Bun.randomUUIDv7();
    const name = (await redis.run((client) => client.set(key, own, "NX", "GET"))) ?? own;
    return new ReplicaGroup(redis, key, name, log);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #assert(): Promise<void> {
    const found = await this.#redis.run((client) => client.set(this.#key, this.name, "NX", "GET"));
    if (found === null) this.#log.warn(`Redis lost its data: ${this.#key} was missing and was written again.`);
    if (found !== null && found !== this.name && found !== this.#other)
      this.#log.warn(
        `Redis was emptied, and runners that started since then have another group name (${this.#key}): they do not share sandboxes with this one. Restart this runner when it is idle.`,
      );
    this.#other = found ?? undefined;
  }
}
