import type { Logger } from "../../log/index.ts";
import type { RedisClient, RedisConnection } from "../../redis/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { withTimeout } from "../../shared/time.ts";
import { type Journal, type JournalEntry, parseEntry } from "../journal.ts";
import { FORGET, GIVE_BACK, TAKE } from "./scripts.ts";

/** Begins the keys of the executions that run, one for each namespace; by id: the runner, a space, the entry. */
const RUNNING_PREFIX = "stigmer:agent-runner:running:";
/** Begins the keys of runners that live. */
const ALIVE_PREFIX = "stigmer:agent-runner:alive:";
/** A runner that is not heard of for so long may have ended; or Redis was away. */
const ALIVE_MS = 20_000;
const RENEW_MS = 5_000;
/** How long an execution waits for its note. */
const NOTE_MS = 1_000;
/** What is left where no runner comes any more; longer than any execution is worth ending. */
const ENTRIES_TTL_MS = 7 * 86_400_000;

/**
 * A journal in Redis, which all replicas share: each finds what others left. A runner notes what it works on again and
 * again: it gets back what others took while Redis was away, and Redis what it lost.
 */
export class RedisJournal implements Journal {
  readonly #redis: RedisConnection;
  readonly #log: Logger;
  readonly #runner = crypto.randomUUID();
  readonly #key: string;
  readonly #timer: ReturnType<typeof setInterval>;
  /** What runs here, as it is noted. */
  readonly #running = new Map<string, string>();
  /** What was taken of others, as they had noted it. */
  readonly #taken = new Map<string, string>();

  /** @param namespace Temporal's: what runs in another one cannot be judged from here */
  constructor(redis: RedisConnection, namespace: string, log: Logger) {
    this.#redis = redis;
    this.#log = log;
    this.#key = `${RUNNING_PREFIX}${namespace}`;
    this.#timer = setInterval(() => void this.#note((client) => this.#renew(client)), RENEW_MS);
    void this.#note((client) => this.#renew(client));
  }

  async begin(entry: JournalEntry): Promise<void> {
    this.#running.set(entry.executionId, this.#text(entry));
    await this.#note((client) => this.#renew(client));
  }

  async end(executionId: string): Promise<void> {
    this.#running.delete(executionId);
    this.#taken.delete(executionId);
    // Only where it is this runner's: whom it was taken of may have it again.
    await this.#note((client) => client.eval(FORGET, 1, this.#key, executionId, this.#mark));
  }

  async giveBack(executionId: string): Promise<void> {
    const former = this.#taken.get(executionId);
    this.#taken.delete(executionId);
    if (former !== undefined)
      await this.#note((client) => client.eval(GIVE_BACK, 1, this.#key, executionId, this.#mark, former));
  }

  async takeAbandoned(): Promise<readonly JournalEntry[]> {
    const taken: JournalEntry[] = [];
    const own = new Set([...this.#running.keys(), ...this.#taken.keys()]);
    const all = await this.#redis.run((client) => client.hgetall(this.#key));
    for (const [executionId, text] of Object.entries(all)) {
      const entry = parseEntry(text.slice(text.indexOf(" ") + 1));
      if (entry === undefined || this.#running.has(executionId)) continue;
      // Its own that it does not know of: the answer was lost when it was taken, or when it was ended.
      const isTaken = text.startsWith(this.#mark) ? !own.has(executionId) : await this.#take(entry, text);
      if (isTaken) taken.push(entry);
    }
    return taken;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#note((client) => client.del(`${ALIVE_PREFIX}${this.#runner}`));
  }

  /** Never fails: what was taken already must not be forgotten. */
  async #take(entry: JournalEntry, text: string): Promise<boolean> {
    const runner = text.slice(0, text.indexOf(" "));
    const keys = [this.#key, `${ALIVE_PREFIX}${runner}`];
    const words = [entry.executionId, text, this.#text(entry)];
    const done = await this.#redis
      .run((client) => client.eval(TAKE, keys.length, ...keys, ...words))
      .catch((error: unknown) =>
        this.#log.debug(`Execution ${entry.executionId} cannot be taken over: ${messageOf(error)}`),
      );
    if (done === 1) this.#taken.set(entry.executionId, text);
    return done === 1;
  }

  async #renew(client: RedisClient): Promise<void> {
    const signs = [client.set(`${ALIVE_PREFIX}${this.#runner}`, Date.now(), "PX", ALIVE_MS)] as Promise<unknown>[];
    if (this.#running.size > 0)
      signs.push(client.hset(this.#key, this.#running), client.pexpire(this.#key, ENTRIES_TTL_MS));
    await Promise.all(signs);
  }

  /** Begins what this runner has noted. */
  get #mark(): string {
    return `${this.#runner} `;
  }

  #text(entry: JournalEntry): string {
    return `${this.#mark}${JSON.stringify(entry)}`;
  }

  async #note(work: (client: RedisClient) => Promise<unknown>): Promise<void> {
    await withTimeout(this.#redis.run(work), NOTE_MS, () => new Error("Redis does not answer")).catch(
      (error: unknown) => this.#log.debug(`The journal of executions cannot be written: ${messageOf(error)}`),
    );
  }
}
