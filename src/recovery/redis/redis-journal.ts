import type { Logger } from "../../log/index.ts";
import type { RedisClient, RedisConnection } from "../../redis/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { withTimeout } from "../../shared/time.ts";
import { type Journal, type JournalEntry, parseEntry } from "../journal.ts";
import { FORGET, GIVE_BACK, TAKE } from "./scripts.ts";

/**
 * Prefix of the hashes of running executions, one per namespace; field: execution id,
 * value: `<runner id> <entry as JSON>`.
 */
const RUNNING_PREFIX = "stigmer:agent-runner:running:";
/** Prefix of the keys of running runners. */
const ALIVE_PREFIX = "stigmer:agent-runner:alive:";
/** A runner's key expires after this time without renewal. The runner may have ended, or Redis was unavailable. */
const ALIVE_MS = 20_000;
const RENEW_MS = 5_000;
/** How long an execution waits for its entry to be written. */
const WRITE_TIMEOUT_MS = 1_000;
/** Entries expire if no runner is left to take them. */
const ENTRIES_TTL_MS = 7 * 86_400_000;

/**
 * A journal in Redis, shared by all replicas. A runner renews its entries periodically: it gets back what others took
 * while Redis was unavailable, and Redis gets back what it lost.
 */
export class RedisJournal implements Journal {
  readonly #redis: RedisConnection;
  readonly #log: Logger;
  readonly #runner = crypto.randomUUID();
  readonly #key: string;
  readonly #timer: ReturnType<typeof setInterval>;
  /** Entries of executions that run here, as written. */
  readonly #running = new Map<string, string>();
  /** Entries that were taken from others, as they were written. */
  readonly #taken = new Map<string, string>();

  /** @param namespace Temporal's; executions of other namespaces cannot be checked from here */
  constructor(redis: RedisConnection, namespace: string, log: Logger) {
    this.#redis = redis;
    this.#log = log;
    this.#key = `${RUNNING_PREFIX}${namespace}`;
    this.#timer = setInterval(() => void this.#write((client) => this.#renew(client)), RENEW_MS);
    void this.#write((client) => this.#renew(client));
  }

  async begin(entry: JournalEntry): Promise<void> {
    this.#running.set(entry.executionId, this.#text(entry));
    await this.#write((client) => this.#renew(client));
  }

  async end(executionId: string): Promise<void> {
    this.#running.delete(executionId);
    this.#taken.delete(executionId);
    // Only if it is this runner's: the former runner may have taken it back.
    await this.#write((client) => client.eval(FORGET, 1, this.#key, executionId, this.#prefix));
  }

  async giveBack(executionId: string): Promise<void> {
    const former = this.#taken.get(executionId);
    this.#taken.delete(executionId);
    if (former !== undefined)
      await this.#write((client) => client.eval(GIVE_BACK, 1, this.#key, executionId, this.#prefix, former));
  }

  async takeAbandoned(): Promise<readonly JournalEntry[]> {
    const taken: JournalEntry[] = [];
    const own = new Set([...this.#running.keys(), ...this.#taken.keys()]);
    const all = await this.#redis.run((client) => client.hgetall(this.#key));
    for (const [executionId, text] of Object.entries(all)) {
      const entry = parseEntry(text.slice(text.indexOf(" ") + 1));
      if (entry === undefined || this.#running.has(executionId)) continue;
      // Own entries that are not known here: a reply was lost when it was taken or ended.
      const isTaken = text.startsWith(this.#prefix) ? !own.has(executionId) : await this.#take(entry, text);
      if (isTaken) taken.push(entry);
    }
    return taken;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#write((client) => client.del(`${ALIVE_PREFIX}${this.#runner}`));
  }

  /** Never throws: what was taken already must not be forgotten. */
  async #take(entry: JournalEntry, text: string): Promise<boolean> {
    const runner = text.slice(0, text.indexOf(" "));
    const keys = [this.#key, `${ALIVE_PREFIX}${runner}`];
    const args = [entry.executionId, text, this.#text(entry)];
    const done = await this.#redis
      .run((client) => client.eval(TAKE, keys.length, ...keys, ...args))
      .catch((error: unknown) =>
        this.#log.debug(`Execution ${entry.executionId} cannot be taken over: ${messageOf(error)}`),
      );
    if (done === 1) this.#taken.set(entry.executionId, text);
    return done === 1;
  }

  async #renew(client: RedisClient): Promise<void> {
    const writes = [client.set(`${ALIVE_PREFIX}${this.#runner}`, Date.now(), "PX", ALIVE_MS)] as Promise<unknown>[];
    if (this.#running.size > 0)
      writes.push(client.hset(this.#key, this.#running), client.pexpire(this.#key, ENTRIES_TTL_MS));
    await Promise.all(writes);
  }

  /** Prefix of this runner's entries. */
  get #prefix(): string {
    return `${this.#runner} `;
  }

  #text(entry: JournalEntry): string {
    return `${this.#prefix}${JSON.stringify(entry)}`;
  }

  async #write(work: (client: RedisClient) => Promise<unknown>): Promise<void> {
    await withTimeout(this.#redis.run(work), WRITE_TIMEOUT_MS, () => new Error("Redis does not answer")).catch(
      (error: unknown) => this.#log.debug(`The journal of executions cannot be written: ${messageOf(error)}`),
    );
  }
}
