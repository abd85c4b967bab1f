import { readFileSync } from "node:fs";
import { Redis, type RedisOptions } from "ioredis";
import type { RedisConfig } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import { backoffMs } from "../shared/backoff.ts";
import { messageOf } from "../shared/errors.ts";
import { retry } from "../shared/retry.ts";
import { untilAborted, withTimeout } from "../shared/time.ts";
import { checkPermissions, writeProbe } from "./check-permissions.ts";
import { explain } from "./explain.ts";
import { RedisError } from "./redis-error.ts";
import { type Refusal, refusalOf } from "./refusal.ts";
import { checkMode, ServerModeError } from "./server-mode.ts";

/** How long connecting may take at the start, including the first commands. */
const CONNECT_TIMEOUT_MS = 5_000;
/** How long the start waits for a Redis that is still loading its data. */
const LOADING_MS = 3_500;
/** A connection with pending commands is closed after this time without an answer, since it may hang forever. */
const SOCKET_TIMEOUT_MS = 3_000;
/** How long one command may take while others are answered. */
const COMMAND_TIMEOUT_MS = 5_000;
/** Shortest time between two reconnects because the server is not a primary. */
const MIN_RECONNECT_INTERVAL_MS = 1_000;
const RECONNECT = { initialMs: 100, maxMs: 2_000 };
/** How long {@link RedisConnection.runWithRetry} starts new attempts: with the last one about half a minute. */
const RETRY_LIMIT_MS = 24_000;
const RETRY = { retries: Number.POSITIVE_INFINITY, initialMs: 200, maxMs: 4_000 };

export type RedisClient = Redis;

/** Limits of a start instead of the usual ones, in ms. */
export interface StartLimits {
  /** For connecting, with the first commands. */
  readonly connectMs?: number;
  /** For a Redis that reads its data. */
  readonly loadingMs?: number;
}

/** A connection to Redis that reconnects by itself. */
export class RedisConnection {
  /** `host:port`. */
  readonly address: string;
  readonly #client: Redis;
  readonly #log: Logger;
  /** Why the connection cannot be used. */
  #lost: string | undefined;
  /** The answer with which Redis refused the last command, if that is the reason. */
  #refusal: Refusal | undefined;
  #closed = false;
  readonly #others = new Set<Redis>();

  private constructor(client: Redis, address: string, log: Logger) {
    this.#client = client;
    this.address = address;
    this.#log = log;
    client.on("close", () => this.#lose(this.#lost ?? "it was closed by the other side"));
    client.on("error", (error: unknown) => {
      this.#lose(lossOf(error));
      this.#refusal = undefined;
    });
    // Connected is not enough: it may reject writes.
    client.on("ready", () => void this.probe());
  }

  /**
   * Connects, and checks that Redis allows everything that will be needed. Writes nothing.
   * @throws RedisError with the cause, within {@link CONNECT_TIMEOUT_MS} and the time of the diagnosis
   */
  static async open(
    config: RedisConfig,
    log: Logger,
    { connectMs = CONNECT_TIMEOUT_MS, loadingMs = LOADING_MS }: StartLimits = {},
  ): Promise<RedisConnection> {
    let started = false;
    let renewed = 0;
    const client = new Redis({
      ...clientOptions(config),
      // The same name may lead to another server by now, which is the primary.
      reconnectOnError: (error) => {
        const due = started && error.message.startsWith("READONLY") && Date.now() - renewed > MIN_RECONNECT_INTERVAL_MS;
        if (due) renewed = Date.now();
        return due;
      },
      // A start fails at once; later the client reconnects until it succeeds.
      retryStrategy: (attempt) => (started ? backoffMs(attempt, RECONNECT) : null),
    });
    // connect() rejects with "connection is closed" only; the error event before it has the reason.
    let cause: unknown;
    const remember = (error: unknown) => {
      cause ??= error;
    };
    client.on("error", remember);
    const begin = async () => {
      await client.connect();
      await checkMode(client);
      // The client ignores an error when its database does not exist.
      await client.select(config.db);
      // A Redis that has just started may be ready in a moment.
      const end = Date.now() + loadingMs;
      const isTransient = (error: unknown) => refusalOf(error)?.code === "loading" && Date.now() < end;
      await retry(() => checkPermissions(client), { ...RETRY, maxMs: 500, isTransient });
    };
    try {
      await withTimeout(begin(), connectMs, () => new Error("Command timed out"));
    } catch (error) {
      client.disconnect();
      // The mode of the server explains its other refusals.
      throw await explain(error instanceof ServerModeError ? error : (cause ?? error), config);
    }
    client.off("error", remember);
    started = true;
    return new RedisConnection(client, `${config.host}:${config.port}`, log);
  }

  /** Runs commands, which fail at once while the connection is lost. @throws RedisError */
  async run<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    try {
      return await work(this.#client);
    } catch (error) {
      const code = refusalOf(error)?.code ?? "lost";
      const reason = (isReply(error) ? undefined : this.#lost) ?? messageOf(error);
      throw new RedisError(code, `Redis at ${this.address}: ${reason}`, error);
    }
  }

  /** As {@link run}, with retries while the connection is lost, up to a limit. @throws RedisError */
  async runWithRetry<T>(work: (client: RedisClient) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const end = Date.now() + RETRY_LIMIT_MS;
    const options = {
      ...RETRY,
      isTransient: (error: unknown) => !this.#closed && Date.now() < end && isTransient(error),
      ...(signal === undefined ? {} : { signal }),
    };
    return await untilAborted(
      retry(() => this.run(work), options),
      signal,
    );
  }

  /** @returns why Redis does not answer or rejects writes; `undefined` when it works */
  async probe(): Promise<RedisError | undefined> {
    try {
      await this.run(writeProbe);
    } catch (error) {
      if (!(error instanceof RedisError)) throw error;
      const refusal = refusalOf(error.cause) ?? this.#refusal;
      if (refusal === undefined) return error;
      this.#lose(refusal.reason);
      this.#refusal = refusal;
      return new RedisError(refusal.code, `Redis at ${this.address}: ${refusal.reason}`, error.cause);
    }
    if (this.#lost !== undefined) this.#log.info(`Connected to Redis at ${this.address} again`);
    this.#lost = undefined;
    this.#refusal = undefined;
    return undefined;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Another connection to the same Redis, not connected yet. It is closed with this one. */
  duplicate(): RedisClient {
    const client = this.#client.duplicate({ autoResubscribe: false });
    this.#others.add(client);
    client.on("end", () => this.#others.delete(client));
    return client;
  }

  close(): void {
    this.#closed = true;
    for (const client of [this.#client, ...this.#others]) client.disconnect();
  }

  #lose(reason: string): void {
    if (this.#closed) return;
    if (this.#lost === undefined) this.#log.warn(`The connection to Redis at ${this.address} is lost: ${reason}`);
    this.#lost = reason;
  }
}

/** Errors that Redis returns while it starts, fails over or moves. */
const TRANSIENT_REPLIES = /^(LOADING|READONLY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|BUSY)/;

/** Whether the same command may succeed later: always without an answer, rarely with one. */
function isTransient(error: unknown): boolean {
  const cause = error instanceof RedisError ? error.cause : error;
  return !isReply(cause) || TRANSIENT_REPLIES.test(messageOf(cause));
}

/** Whether Redis has answered with an error. */
function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === "ReplyError";
}

/** Why a connection is lost, for people. */
function lossOf(error: unknown): string {
  const text = messageOf(error);
  return text.startsWith("Socket timeout") ? `it has not answered for ${SOCKET_TIMEOUT_MS / 1000} s` : text;
}

function clientOptions({ host, port, username, password, db, tls }: RedisConfig) {
  return {
    host,
    port,
    db,
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS - 1_000,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    // It would send INFO, which not every user may run.
    enableReadyCheck: false,
    // Commands do not wait for a connection, and are not repeated without the caller's knowledge.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls: tls.caFile === undefined ? {} : { ca: readFileSync(tls.caFile) } }),
  } satisfies RedisOptions;
}
