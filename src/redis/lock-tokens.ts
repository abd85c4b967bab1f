import type { Logger } from "../log/index.ts";
import { backoffMs } from "../shared/backoff.ts";
import { messageOf } from "../shared/errors.ts";
import { sleep, waitAtMost } from "../shared/time.ts";
import type { RedisClient, RedisConnection } from "./redis-connection.ts";

/** How long the caller waits for a release; retries continue in the background. */
const RELEASE_MS = 1_000;
const RELEASE_RETRY = { initialMs: 500, maxMs: 4_000 };

/**
 * Takes or renews a lock. One that has this token already is held by the caller: an earlier attempt may have succeeded
 * although its answer was lost. The tokens after the TTL were released by this process, but could not be removed yet.
 */
const HOLD = `
local holder = redis.call("GET", KEYS[1])
local free = not holder or holder == ARGV[1]
for i = 3, #ARGV do free = free or holder == ARGV[i] end
if not free then return 0 end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return 1`;

/** The tokens of locks that this process holds, or has released although Redis may still have them. */
export class LockTokens {
  readonly #redis: RedisConnection;
  readonly #ttlMs: number;
  readonly #log: Logger;
  /** By key: the tokens that were released, although Redis may still have them. */
  readonly #released = new Map<string, Set<string>>();

  /** @param ttlMs how long a lock lasts if its holder no longer renews it */
  constructor(redis: RedisConnection, ttlMs: number, log: Logger) {
    this.#redis = redis;
    this.#ttlMs = ttlMs;
    this.#log = log;
  }

  /** The tokens of a key that this process has released, so that they can be ignored. */
  released(key: string): readonly string[] {
    return [...(this.#released.get(key) ?? [])];
  }

  isReleased(key: string, token: string): boolean {
    return this.#released.get(key)?.has(token) === true;
  }

  /** Takes a free lock, or renews one that is held. @returns whether it is held @throws RedisError */
  async hold(key: string, token: string): Promise<boolean> {
    const released = this.released(key);
    return (await this.#redis.run((client) => client.eval(HOLD, 1, key, token, this.#ttlMs, ...released))) === 1;
  }

  /**
   * Releases a lock. The caller waits for {@link RELEASE_MS} at most; retries continue until the lock would have expired.
   * Never fails.
   * @param held whether the lock was certainly taken
   */
  async release(
    key: string,
    token: string,
    held: boolean,
    remove: (client: RedisClient) => Promise<unknown>,
  ): Promise<void> {
    await waitAtMost(this.#remove(key, token, held, remove), RELEASE_MS);
  }

  async #remove(
    key: string,
    token: string,
    held: boolean,
    remove: (client: RedisClient) => Promise<unknown>,
  ): Promise<void> {
    const released = this.#released.get(key) ?? new Set();
    this.#released.set(key, released.add(token));
    const end = Date.now() + this.#ttlMs;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#redis.run(remove);
        break;
      } catch (error) {
        if (attempt === 1 && held) {
          const seconds = this.#ttlMs / 1000;
          const why = messageOf(error);
          this.#log.warn(`The lock ${key} could not be released yet, it expires in ${seconds} s: ${why}`);
        }
        if (Date.now() >= end || this.#redis.closed) break;
        await sleep(backoffMs(attempt, RELEASE_RETRY));
      }
    }
    released.delete(token);
    if (released.size === 0 && this.#released.get(key) === released) this.#released.delete(key);
  }
}
