import type { Logger } from "../../log/index.ts";
import type { RedisClient, RedisConnection } from "../../redis/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { withTimeout } from "../../shared/time.ts";
import { type Journal, type JournalEntry, parseEntry } from "../journal.ts";

/** The executions that run, by id: the runner, a space, the entry. */
const RUNNING_KEY = "stigmer:agent-runner:running";
/** Begins the keys of runners that live. */
const ALIVE_PREFIX = "stigmer:agent-runner:alive:";
/** A runner that is not heard of for so long may have ended; or Redis was away. */
const ALIVE_MS = 20_000;
const RENEW_MS = 5_000;
/** How long an execution waits for its note. */
const NOTE_MS = 1_000;

/** Takes an execution over where its runner does not live: `1` where that was done. */
const TAKE = `
local entry = redis.call("HGET", KEYS[1], ARGV[1])
if entry ~= ARGV[2] or redis.call("EXISTS", KEYS[2]) == 1 then return 0 end
redis.call("HSET", KEYS[1], ARGV[1], ARGV[3])
return 1`;

/** A journal in Redis, which all replicas share: each finds what others left. */
export class RedisJournal implements Journal {
  readonly #redis: RedisConnection;
  readonly #log: Logger;
  readonly #runner = crypto.randomUUID();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(redis: RedisConnection, log: Logger) {
    this.#redis = redis;
    this.#log = log;
    this.#timer = setInterval(() => void this.#note((client) => this.#renew(client)), RENEW_MS);
    void this.#note((client) => this.#renew(client));
  }

  async begin(entry: JournalEntry): Promise<void> {
    await this.#note(async (client) => {
      await this.#renew(client);
      await client.hset(RUNNING_KEY, entry.executionId, this.#text(entry));
    });
  }

  async end(executionId: string): Promise<void> {
    await this.#note((client) => client.hdel(RUNNING_KEY, executionId));
  }

  async takeAbandoned(): Promise<readonly JournalEntry[]> {
    const taken: JournalEntry[] = [];
    const all = await this.#redis.run((client) => client.hgetall(RUNNING_KEY));
    for (const [executionId, text] of Object.entries(all)) {
      const end = text.indexOf(" ");
      const runner = text.slice(0, end);
      const entry = parseEntry(text.slice(end + 1));
      if (runner === this.#runner || entry === undefined) continue;
      const keys = [RUNNING_KEY, `${ALIVE_PREFIX}${runner}`];
      const words = [executionId, text, this.#text(entry)];
      const done = await this.#redis.run((client) => client.eval(TAKE, keys.length, ...keys, ...words));
      if (done === 1) taken.push(entry);
    }
    return taken;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#note((client) => client.del(`${ALIVE_PREFIX}${this.#runner}`));
  }

  async #renew(client: RedisClient): Promise<unknown> {
    return await client.set(`${ALIVE_PREFIX}${this.#runner}`, Date.now(), "PX", ALIVE_MS);
  }

  #text(entry: JournalEntry): string {
    return `${this.#runner} ${JSON.stringify(entry)}`;
  }

  async #note(work: (client: RedisClient) => Promise<unknown>): Promise<void> {
    await withTimeout(this.#redis.run(work), NOTE_MS, () => new Error("Redis does not answer")).catch(
      (error: unknown) => this.#log.debug(`The journal of executions cannot be written: ${messageOf(error)}`),
    );
  }
}
