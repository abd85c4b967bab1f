import type { Logger } from "../log/index.ts";
import { backoffMs } from "../shared/backoff.ts";
import { messageOf } from "../shared/errors.ts";
import { KeyedMutex } from "../shared/keyed-mutex.ts";
import { sleep } from "../shared/time.ts";
import type { RedisConnection } from "./redis-connection.ts";

/** How long a lock is kept for a holder that is not heard of any more. */
export const LOCK_TTL_MS = 30_000;
const RENEW_MS = 10_000;
const WAIT = { firstMs: 50, mostMs: 500 };

/**
 * Only who holds the token may renew or release: the lock may have passed on meanwhile. One that is gone, because Redis
 * was away or lost its memory, is taken again.
 */
const RENEW = `
local holder = redis.call("GET", KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return 1`;
const RELEASE = 'if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0';

/** Locks that all replicas share. */
export class RedisLocks {
  readonly #redis: RedisConnection;
  readonly #prefix: string;
  readonly #log: Logger;
  /** Those of this process wait here, in the order they came, not each by itself at Redis. */
  readonly #mine = new KeyedMutex();

  /** @param prefix begins the keys of these locks */
  constructor(redis: RedisConnection, prefix: string, log: Logger) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#log = log;
  }

  /**
   * Waits for a lock, and holds it by renewing until it is released. Where Redis is lost while it is held, the holder
   * goes on; after {@link LOCK_TTL_MS} another one may hold it too, which is logged.
   * @returns the function that releases it
   * @throws RedisError where Redis is not there; the signal's reason, when it aborts while waiting
   */
  async acquire(name: string, signal?: AbortSignal): Promise<() => Promise<void>> {
    const leave = await this.#mine.acquire(name, signal);
    const key = `${this.#prefix}${name}`;
    const token = crypto.randomUUID();
    try {
      await this.#take(key, token, signal);
    } catch (error) {
      leave();
      throw error;
    }
    const renewal = setInterval(() => void this.#renew(key, token), RENEW_MS);
    let released = false;
    return async () => {
      if (released) return;
      released = true;
      clearInterval(renewal);
      await this.#release(key, token);
      leave();
    };
  }

  async #take(key: string, token: string, signal?: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      const taken = await this.#redis.persist((client) => client.set(key, token, "PX", LOCK_TTL_MS, "NX"), signal);
      if (taken === "OK") return;
      if (attempt === 1) this.#log.info(`Another replica holds ${key}: waiting for it`);
      await sleep(backoffMs(attempt, WAIT), signal);
    }
  }

  async #release(key: string, token: string): Promise<void> {
    try {
      await this.#redis.run((client) => client.eval(RELEASE, 1, key, token));
    } catch (error) {
      const seconds = LOCK_TTL_MS / 1000;
      this.#log.warn(`The lock ${key} could not be released, it ends by itself in ${seconds} s: ${messageOf(error)}`);
    }
  }

  async #renew(key: string, token: string): Promise<void> {
    const kept = await this.#redis
      .run((client) => client.eval(RENEW, 1, key, token, LOCK_TTL_MS))
      .catch(() => undefined);
    if (kept === 0) this.#log.warn(`Another replica holds ${key} too: it was not renewed in time`);
  }
}
