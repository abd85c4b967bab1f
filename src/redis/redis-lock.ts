import type { Logger } from "../log/index.ts";
import { backoffMs } from "../shared/backoff.ts";
import { KeyedMutex } from "../shared/keyed-mutex.ts";
import { renewUntilLost } from "../shared/renew-until-lost.ts";
import { sleep } from "../shared/time.ts";
import { LockTokens } from "./lock-tokens.ts";
import type { RedisConnection } from "./redis-connection.ts";

/** How long a lock lasts if its holder no longer renews it. */
export const LOCK_TTL_MS = 30_000;
const RENEW_MS = LOCK_TTL_MS / 3;
const WAIT = { initialMs: 50, maxMs: 500 };

/** Deletes the lock only if it still has this token: another holder may have it by now. */
const RELEASE = 'if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0';

/** A lock that this process holds. */
export interface HeldLock {
  /** Asks Redis. @returns `false` also when Redis does not answer */
  isHeld(): Promise<boolean>;
  release(): Promise<void>;
}

/** Locks that all replicas share. */
export class RedisLocks {
  readonly #redis: RedisConnection;
  readonly #prefix: string;
  readonly #log: Logger;
  readonly #tokens: LockTokens;
  /** Callers of this process queue here, instead of polling Redis each. */
  readonly #local = new KeyedMutex();

  /** @param prefix of the keys of these locks */
  constructor(redis: RedisConnection, prefix: string, log: Logger) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#log = log;
    this.#tokens = new LockTokens(redis, LOCK_TTL_MS, log);
  }

  /**
   * Waits for a lock, and renews it until it is released. If Redis is lost meanwhile, the holder continues; after
   * {@link LOCK_TTL_MS} another replica may take the lock too, which is logged.
   * @param onLost called when another replica has taken the lock
   * @returns the function that releases the lock, within a second
   * @throws RedisError if Redis is not available; the signal's reason if it aborts while waiting
   */
  async acquire(name: string, signal?: AbortSignal, onLost?: () => void): Promise<() => Promise<void>> {
    const releaseLocal = await this.#local.acquire(name, signal);
    const key = `${this.#prefix}${name}`;
    const token = crypto.randomUUID();
    try {
      await this.#take(key, token, signal);
    } catch (error) {
      // Redis may have taken the lock although its answer was lost, or may still take it: release it in any case.
      void this.#release(key, token, false);
      releaseLocal();
      throw error;
    }
    return this.#hold(key, token, releaseLocal, onLost);
  }

  /**
   * Takes a lock if it is free, and holds it as {@link acquire} does.
   * @returns `undefined` when it is held already
   * @throws RedisError
   */
  async tryAcquire(name: string, onLost?: () => void): Promise<HeldLock | undefined> {
    if (this.#local.isBusy(name)) return undefined;
    const releaseLocal = await this.#local.acquire(name);
    const key = `${this.#prefix}${name}`;
    const token = crypto.randomUUID();
    try {
      if (!(await this.#tokens.hold(key, token))) {
        releaseLocal();
        return undefined;
      }
    } catch (error) {
      void this.#release(key, token, false);
      releaseLocal();
      throw error;
    }
    const release = this.#hold(key, token, releaseLocal, onLost);
    const isHeld = () =>
      this.#redis
        .run((client) => client.get(key))
        .then(
          (holder) => holder === token,
          () => false,
        );
    return { isHeld, release };
  }

  /** Renews a lock until it is released. @returns the function that releases it */
  #hold(key: string, token: string, releaseLocal: () => void, onLost?: () => void): () => Promise<void> {
    const lost = () => {
      this.#log.warn(`Another replica holds ${key} too: it was not renewed in time, or Redis was emptied`);
      onLost?.();
    };
    const stop = renewUntilLost(() => this.#tokens.hold(key, token), RENEW_MS, lost);
    let released = false;
    return async () => {
      if (released) return;
      released = true;
      stop();
      await this.#release(key, token, true);
      releaseLocal();
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
}
