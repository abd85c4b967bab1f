import type { Redis } from "ioredis";
import type { Logger } from "../log/index.ts";
import { messageOf } from "../shared/errors.ts";
import type { RedisConnection } from "./redis-connection.ts";
import { REMEDIES } from "./redis-error.ts";
import { refusalOf } from "./refusal.ts";

/** Begins the channels of inboxes. */
export const INBOX_PREFIX = "stigmer:agent-runner:inbox:";
/** On a connection on which only others speak, silence means nothing: it is asked for a sign of life. */
const PING_MS = 10_000;

export interface InboxOptions {
  readonly onMessage: (message: string) => void;
  /** Messages may have been missed until now. */
  readonly onOpen: () => void;
}

/**
 * The channel of this process, by which others tell it something at once. What is sent while the connection is lost is
 * lost too: whoever waits for a message has to look by itself now and then. One connection, opened when it is first needed.
 */
export class RedisInbox {
  /** With {@link INBOX_PREFIX} before it, the channel. */
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

  /** Whether messages arrive. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Opens it in the background; again and again without further effect. */
  open(): void {
    if (this.#client !== undefined || this.#redis.closed) return;
    const client = this.#redis.second();
    this.#client = client;
    const ping = setInterval(() => void client.ping().catch(() => undefined), PING_MS);
    ping.unref();
    client.on("message", (_channel, message: string) => this.#options.onMessage(message));
    client.on("ready", () => void this.#subscribe(client));
    client.on("close", () => {
      this.#open = false;
    });
    client.on("end", () => clearInterval(ping));
    // It is connected again by itself; the first connection reports what is wrong.
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
      this.#log.warn(
        `Redis does not let this user subscribe, so executions that wait for their turn have to look again and again: ${messageOf(error)}. ${REMEDIES["not-allowed"].join(" ")}`,
      );
    }
  }
}
