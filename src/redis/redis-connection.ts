import { readFileSync } from "node:fs";
import { Redis, type RedisOptions } from "ioredis";
import type { RedisConfig } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import { backoffMs } from "../shared/backoff.ts";
import { messageOf } from "../shared/errors.ts";
import { retry } from "../shared/retry.ts";
import { untilAborted, withTimeout } from "../shared/time.ts";
import { explain } from "./explain.ts";
import { RedisError } from "./redis-error.ts";

/** How long connecting may take at the start, with the first commands. */
export const CONNECT_TIMEOUT_MS = 5_000;
/** A connection on which commands wait and nothing comes is closed after so long, and what waits fails: it may hang forever. */
export const SILENCE_MS = 3_000;
/** How long one command may take where others are answered. */
const COMMAND_TIMEOUT_MS = 5_000;
const RECONNECT = { firstMs: 100, mostMs: 2_000 };
/** How long a write that must not be lost is begun anew: with the last try about half a minute. */
const PERSIST_MS = 24_000;
const PERSISTENT_RETRY = { retries: Number.POSITIVE_INFINITY, firstMs: 200, mostMs: 4_000 };

export type RedisClient = Redis;

/** A connection to Redis that comes back by itself when it is lost. */
export class RedisConnection {
  /** `host:port`. */
  readonly address: string;
  readonly #client: Redis;
  /** Why there is no connection. */
  #lost: string | undefined;
  #closed = false;

  private constructor(client: Redis, address: string, log: Logger) {
    this.#client = client;
    this.address = address;
    const lose = (reason: string) => {
      if (this.#closed) return;
      if (this.#lost === undefined) log.warn(`The connection to Redis at ${address} is lost: ${reason}`);
      this.#lost = reason;
    };
    client.on("close", () => lose(this.#lost ?? "it was closed by the other side"));
    client.on("error", (error: unknown) => lose(lossOf(error)));
    client.on("ready", () => {
      if (this.#lost !== undefined) log.info(`Connected to Redis at ${address} again`);
      this.#lost = undefined;
    });
  }

  /**
   * Connects, and makes sure that Redis answers.
   * @throws RedisError with the cause, within {@link CONNECT_TIMEOUT_MS} and the time to find it out
   */
  static async open(config: RedisConfig, log: Logger): Promise<RedisConnection> {
    let started = false;
    const client = new Redis({
      ...clientOptions(config),
      // A start fails at once; later the connection is made again for as long as it takes.
      retryStrategy: (attempt) => (started ? backoffMs(attempt, RECONNECT) : null),
    });
    // What connect() rejects with says only that the connection was closed; the event before it says why.
    let cause: unknown;
    const remember = (error: unknown) => {
      cause ??= error;
    };
    client.on("error", remember);
    try {
      const tooLate = () => new Error("Command timed out");
      await withTimeout(client.connect(), CONNECT_TIMEOUT_MS, tooLate);
      // The client ignores that the database it was told does not exist.
      await withTimeout(client.select(config.db), CONNECT_TIMEOUT_MS, tooLate);
      await withTimeout(client.ping(), CONNECT_TIMEOUT_MS, tooLate);
    } catch (error) {
      client.disconnect();
      throw await explain(cause ?? error, config);
    }
    client.off("error", remember);
    started = true;
    return new RedisConnection(client, `${config.host}:${config.port}`, log);
  }

  /** Runs commands; they fail at once while the connection is lost. @throws RedisError */
  async run<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    try {
      return await work(this.#client);
    } catch (error) {
      throw new RedisError("lost", `Redis at ${this.address}: ${this.#lost ?? messageOf(error)}`, error);
    }
  }

  /** As {@link run}, and tries again while the connection is lost, up to a limit. @throws RedisError */
  async persist<T>(work: (client: RedisClient) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const end = Date.now() + PERSIST_MS;
    const options = {
      ...PERSISTENT_RETRY,
      isTransient: (error: unknown) => !this.#closed && Date.now() < end && isTransient(error),
      ...(signal === undefined ? {} : { signal }),
    };
    return await untilAborted(
      retry(() => this.run(work), options),
      signal,
    );
  }

  /** @returns why Redis does not answer, or `undefined` */
  async probe(): Promise<string | undefined> {
    return await this.run((client) => client.ping()).then(() => undefined, messageOf);
  }

  get closed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
    this.#client.disconnect();
  }
}

/** Answers that Redis gives while it starts, changes its master or is moved. */
const PASSING_REPLIES = /^(LOADING|READONLY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|BUSY)/;

/** Whether the same command may succeed later: always where there was no answer, seldom where there was one. */
function isTransient(error: unknown): boolean {
  const cause = error instanceof RedisError ? error.cause : error;
  return !(cause instanceof Error && cause.name === "ReplyError") || PASSING_REPLIES.test(cause.message);
}

/** Why a connection is lost, for people. */
function lossOf(error: unknown): string {
  const text = messageOf(error);
  return text.startsWith("Socket timeout") ? `it does not answer any more, for ${SILENCE_MS / 1000} s` : text;
}

function clientOptions({ host, port, username, password, db, tls }: RedisConfig) {
  return {
    host,
    port,
    db,
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS - 1_000,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    // Commands neither wait for a connection nor are repeated behind the caller's back.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls: tls.caFile === undefined ? {} : { ca: readFileSync(tls.caFile) } }),
  } satisfies RedisOptions;
}
