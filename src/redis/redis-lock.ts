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
/** How long a release is waited for; further tries are made behind it. */
const RELEASE_MS = 1_000;
const RELEASE_RETRY = { firstMs: 500, mostMs: 4_000 };

/**
 * Takes or renews. A lock that holds this token is this holder's: an earlier try may have been carried out without its
 * answer having come. The tokens after the time are those that this process has let go of, but could not remove.
 */
const HOLD = `
local holder = redis.call("GET", KEYS[1])
local free = not holder or holder == ARGV[1]
for i = 3, #ARGV do free = free or holder == ARGV[i] end
if not free then return 0 end
redis.call("SET", KEYS[1], ARGV[1], "PX", ARGV[2])
return 1`;
/** Only who holds the token may release: the lock may have passed on meanwhile. */
const RELEASE = 'if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0';

/** Locks that all replicas share. */
export class RedisLocks {
  readonly #redis: RedisConnection;
  readonly #prefix: string;
  readonly #log: Logger;
  /** Those of this process wait here, in the order they came, not each by itself at Redis. */
  readonly #mine = new KeyedMutex();
  /** Of each key: the tokens that nobody holds any more, though Redis may still have them. */
  readonly #left = new Map<string, Set<string>>();

  /** @param prefix begins the keys of these locks */
  constructor(redis: RedisConnection, prefix: string, log: Logger) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#log = log;
  }

  /**
   * Waits for a lock, and holds it by renewing until it is released. Where Redis is lost while it is held, the holder
   * goes on; after {@link LOCK_TTL_MS} another one may hold it too, which is logged.
   * @param onLost told when another one holds it too
   * @returns the function that releases it, within {@link RELEASE_MS} for the caller
   * @throws RedisError where Redis is not there; the signal's reason, when it aborts while waiting
   */
  async acquire(name: string, signal?: AbortSignal, onLost?: () => void): Promise<() => Promise<void>> {
    const leave = await this.#mine.acquire(name, signal);
    const key = `${this.#prefix}${name}`;
    const token = crypto.randomUUID();
    try {
      await this.#take(key, token, signal);
    } catch (error) {
      // It may be taken all the same, or be still: what was sent cannot be called back.
      void this.#letGo(key, token, false);
      leave();
      throw error;
    }
    const renewal = setInterval(() => void this.#renew(key, token, onLost), RENEW_MS);
    let released = false;
    return async () => {
      if (released) return;
      released = true;
      clearInterval(renewal);
      const over = new AbortController();
      await Promise.race([this.#letGo(key, token, true), sleep(RELEASE_MS, over.signal)]);
      over.abort();
      leave();
    };
  }

  async #take(key: string, token: string, signal?: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      if (await this.#redis.persist(() => this.#hold(key, token), signal)) return;
      if (attempt === 1) this.#log.info(`Another replica holds ${key}: waiting for it`);
      await sleep(backoffMs(attempt, WAIT), signal);
    }
  }

  async #hold(key: string, token: string): Promise<boolean> {
    const left = this.#left.get(key) ?? [];
    return (await this.#redis.run((client) => client.eval(HOLD, 1, key, token, LOCK_TTL_MS, ...left))) === 1;
  }

  /** Releases what is held, or may be, and tries for as long as the lock would last by itself. Never fails. */
  async #letGo(key: string, token: string, held: boolean): Promise<void> {
    const left = this.#left.get(key) ?? new Set();
    this.#left.set(key, left.add(token));
    const end = Date.now() + LOCK_TTL_MS;
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#redis.run((client) => client.eval(RELEASE, 1, key, token));
        break;
      } catch (error) {
        if (attempt === 1 && held) {
          const seconds = LOCK_TTL_MS / 1000;
          const why = messageOf(error);
          this.#log.warn(`The lock ${key} could not be released yet, it ends by itself in ${seconds} s: ${why}`);
        }
        if (Date.now() >= end || this.#redis.closed) break;
        await sleep(backoffMs(attempt, RELEASE_RETRY));
      }
    }
    left.delete(token);
    if (left.size === 0 && this.#left.get(key) === left) this.#left.delete(key);
  }

  async #renew(key: string, token: string, onLost?: () => void): Promise<void> {
    const kept = await this.#hold(key, token).catch(() => undefined);
    if (kept !== false || this.#left.get(key)?.has(token) === true) return;
    this.#log.warn(`Another replica holds ${key} too: it was not renewed in time, or Redis was emptied`);
    onLost?.();
  }
}
