import type { Logger } from "../log/index.ts";
import { backoffMs } from "../shared/backoff.ts";
import { KeyedMutex } from "../shared/keyed-mutex.ts";
import { sleep } from "../shared/time.ts";
import { LOCK_TTL_MS, LockTokens } from "./lock-tokens.ts";
import type { RedisConnection } from "./redis-connection.ts";

const RENEW_MS = LOCK_TTL_MS / 3;
const WAIT = { initialMs: 50, maxMs: 500 };

/** Only who holds the token may release: the lock may have passed on meanwhile. */
const RELEASE = 'if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0';

/** A lock that this process holds. */
export interface HeldLock {
  /** Looks at Redis. @returns `false` where it is not known, too */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/** Locks that all replicas share. */
export class RedisLocks {
  readonly #redis: RedisConnection;
  readonly #prefix: string;
  readonly #log: Logger;
  readonly #tokens: LockTokens;
  /** Those of this process wait here, in the order they came, not each by itself at Redis. */
  readonly #mine = new KeyedMutex();

  /** @param prefix begins the keys of these locks */
  constructor(redis: RedisConnection, prefix: string, log: Logger) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#log = log;
    this.#tokens = new LockTokens(redis, log);
  }

  /**
   * Waits for a lock, and holds it by renewing until it is released. Where Redis is lost while it is held, the holder
   * goes on; after {@link LOCK_TTL_MS} another one may hold it too, which is logged.
   * @param onLost told when another one holds it too
   * @returns the function that releases it, which takes a second at most
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
      void this.#release(key, token, false);
      leave();
      throw error;
    }
    return this.#hold(key, token, leave, onLost);
  }

  /**
   * Takes a lock that is free, and holds it as {@link acquire} does.
   * @returns `undefined` where somebody holds it
   * @throws RedisError
   */
  async tryAcquire(name: string, onLost?: () => void): Promise<HeldLock | undefined> {
    if (this.#mine.isBusy(name)) return undefined;
    const leave = await this.#mine.acquire(name);
    const key = `${this.#prefix}${name}`;
    const token = crypto.randomUUID();
    try {
      if (!(await this.#tokens.hold(key, token))) {
        leave();
        return undefined;
      }
    } catch (error) {
      void this.#release(key, token, false);
      leave();
      throw error;
    }
    const release = this.#hold(key, token, leave, onLost);
    const isHeld = () =>
      this.#redis
        .run((client) => client.get(key))
        .then(
          (holder) => holder === token,
          () => false,
        );
    return { isHeld, release };
  }

  /** Renews a lock that was taken. @returns the function that releases it */
  #hold(key: string, token: string, leave: () => void, onLost?: () => void): () => Promise<void> {
    const renewal = setInterval(() => void this.#renew(key, token, onLost), RENEW_MS);
    let released = false;
    return async () => {
      if (released) return;
      released = true;
      clearInterval(renewal);
      await this.#release(key, token, true);
      leave();
    };
  }

  async #take(key: string, token: string, signal?: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      if (await this.#redis.runWithRetry(() => this.#tokens.hold(key, token), signal)) return;
      if (attempt === 1) this.#log.info(`Another replica holds ${key}: waiting for it`);
      await sleep(backoffMs(attempt, WAIT), signal);
    }
  }

  async #release(key: string, token: string, held: boolean): Promise<void> {
    await this.#tokens.release(key, token, held, (client) => client.eval(RELEASE, 1, key, token));
  }

  async #renew(key: string, token: string, onLost?: () => void): Promise<void> {
    const kept = await this.#tokens.hold(key, token).catch(() => undefined);
    if (kept !== false || this.#tokens.isReleased(key, token)) return;
    this.#log.warn(`Another replica holds ${key} too: it was not renewed in time, or Redis was emptied`);
    onLost?.();
  }
}
