import type { Logger } from "../log/index.ts";
import { backoffMs } from "../shared/backoff.ts";
import { messageOf } from "../shared/errors.ts";
import { sleep } from "../shared/time.ts";
import type { RedisConnection } from "./redis-connection.ts";

/** How long a lock is kept for a holder that is not heard of any more. */
export const LOCK_TTL_MS = 30_000;
const RENEW_MS = 10_000;
const WAIT = { firstMs: 50, mostMs: 1_000 };

/** Only who holds the token may renew or release: the lock may have passed on meanwhile. */
const RENEW =
  'if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("PEXPIRE", KEYS[1], ARGV[2]) end return 0';
const RELEASE = 'if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0';

/** Locks that all replicas share. */
export class RedisLocks {
  readonly #redis: RedisConnection;
  readonly #prefix: string;
  readonly #log: Logger;

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
    const key = `${this.#prefix}${name}`;
    const token = crypto.randomUUID();
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      const taken = await this.#redis.persist((client) => client.set(key, token, "PX", LOCK_TTL_MS, "NX"));
      if (taken === "OK") break;
      await sleep(backoffMs(attempt, WAIT), signal);
    }
    const renewal = setInterval(() => void this.#renew(key, token), RENEW_MS);
    let released = false;
    return async () => {
      if (released) return;
      released = true;
      clearInterval(renewal);
      await this.#redis
        .run((client) => client.eval(RELEASE, 1, key, token))
        .catch((error: unknown) => {
          this.#log.warn(
            `A lock could not be released, it ends by itself in ${LOCK_TTL_MS / 1000} s: ${messageOf(error)}`,
          );
        });
    };
  }

  async #renew(key: string, token: string): Promise<void> {
    const kept = await this.#redis
      .run((client) => client.eval(RENEW, 1, key, token, LOCK_TTL_MS))
      .catch(() => undefined);
    if (kept === 0) this.#log.warn(`The lock ${key} was lost: it was not renewed in time`);
  }
}
