import type { Redis } from "ioredis";
import { type Logger, withoutLogFields } from "../log/index.ts";
import { explained, messageOf } from "../shared/errors.ts";
import type { RedisConnection } from "./redis-connection.ts";
import { RedisError } from "./redis-error.ts";
import { refusalOf } from "./refusal.ts";

/** Prefix of the channel names. */
export const INBOX_PREFIX = "stigmer:agent-runner:inbox:";
/** A subscriber connection is silent while there are no messages: pings show whether it is alive. */
const PING_MS = 10_000;

export interface InboxOptions {
  readonly onMessage: (message: string) => void;
  /** The channel is subscribed; earlier messages may have been missed. */
  readonly onOpen: () => void;
}

/**
 * The pub/sub channel of this process. Messages sent while the connection is lost are lost, so that callers must also poll.
 * It has its own connection, opened when it is first needed.
 */
export class RedisInbox {
  /** The channel is {@link INBOX_PREFIX} and this id. */
  readonly id: string = crypto.randomUUID();
  readonly #redis: RedisConnection;
  readonly #options: InboxOptions;
  readonly #log: Logger;
  #client: Redis | undefined;
  #open = false;

  constructor(redis: RedisConnection, options: InboxOptions, log: Logger) {
    this.#redis = redis;
    this.#options = options;
    this.#log = log;
  }

  /** Whether the channel is subscribed. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Opens it in the background; further calls have no effect. */
  open(): void {
    // An execution that waits opens it, but it is there for all that follow.
    if (this.#client === undefined && !this.#redis.closed) withoutLogFields(() => this.#connect());
  }

  #connect(): void {
    const client = this.#redis.duplicate();
    this.#client = client;
    const ping = setInterval(() => void client.ping().catch(() => undefined), PING_MS);
    ping.unref();
    client.on("message", (_channel, message: string) => this.#options.onMessage(message));
    client.on("ready", () => void this.#subscribe(client));
    client.on("close", () => {
      this.#open = false;
    });
    client.on("end", () => clearInterval(ping));
    // The client reconnects by itself; the main connection reports what is wrong.
    client.on("error", () => undefined);
    void client.connect().catch(() => undefined);
  }

  async #subscribe(client: Redis): Promise<void> {
    try {
      await client.subscribe(`${INBOX_PREFIX}${this.id}`);
      this.#open = true;
      this.#options.onOpen();
    } catch (error) {
      if (refusalOf(error)?.code !== "not-allowed") return;
      client.disconnect();
      const refused = new RedisError("not-allowed", messageOf(error), error);
      this.#log.warn(
        `Redis does not let this user subscribe, so waiting executions have to poll: ${explained(refused)}`,
      );
    }
  }
}
