import type { Logger } from "../../log/index.ts";
import { INBOX_PREFIX, LockTokens, type RedisClient, type RedisConnection, RedisInbox } from "../../redis/index.ts";
import { backoffMs } from "../../shared/backoff.ts";
import { messageOf } from "../../shared/errors.ts";
import { ThreadError } from "../thread-error.ts";
import type { Ticket } from "../ticket.ts";
import {
  ANNOUNCED_TTL_MS,
  type Blocked,
  type Claim,
  type RemainingDelay,
  TICKET_TTL_MS,
  type TicketStore,
} from "../ticket-store.ts";
import { ANNOUNCE, CLAIM, LEAVE, NO_INBOX, WITHDRAW } from "./ticket-scripts.ts";

/** Polling interval of a waiting execution that is also woken by a message. */
const POLL_MS = 3_000;
/** Polling interval while an announced execution blocks, which may never arrive. */
const ARRIVAL_POLL_MS = 1_000;
/** Polling intervals without wake-up messages. */
const POLL_BACKOFF = { initialMs: 50, maxMs: 500 };
/** Added to the time after which something expires. */
const MARGIN_MS = 20;

/** Locks and queues of threads in Redis, shared by all replicas. */
export class RedisTickets implements TicketStore {
  readonly #redis: RedisConnection;
  readonly #pollMs: number;
  readonly #tokens: LockTokens;
  readonly #inbox: RedisInbox;
  /** Waiters of this process, by lock and execution. */
  readonly #waiting = new Map<string, Set<() => void>>();
  /** How many times a claim was refused. */
  readonly #refused = new WeakMap<Claim, number>();

  constructor(redis: RedisConnection, log: Logger, pollMs = POLL_MS) {
    this.#redis = redis;
    this.#pollMs = pollMs;
    this.#tokens = new LockTokens(redis, TICKET_TTL_MS, log);
    const wakeAll = () => {
      for (const wakes of this.#waiting.values()) for (const wake of wakes) wake();
    };
    const onMessage = (message: string) => {
      for (const wake of this.#waiting.get(message) ?? []) wake();
    };
    this.#inbox = new RedisInbox(redis, { onMessage, onOpen: wakeAll }, log);
  }

  async announce(threadId: string, ticket: Ticket): Promise<void> {
    await this.#redis.run((client) =>
      client.eval(ANNOUNCE, 3, ...scriptArguments(threadId, ticket.executionId), ticket.order, ANNOUNCED_TTL_MS),
    );
  }

  async claim(claim: Claim, delay: RemainingDelay, signal: AbortSignal): Promise<Blocked | undefined> {
    const { threadId, ticket, token } = claim;
    const inbox = this.#inbox.isOpen ? this.#inbox.id : NO_INBOX;
    const ask = async (client: RedisClient) => {
      const common = scriptArguments(threadId, ticket.executionId, token);
      const released = this.#tokens.released(lockKey(threadId));
      const wasQueued = this.#refused.has(claim);
      const delayArguments = [delay.ms, delay.appliesWhenAlone ? "1" : "0", wasQueued ? "1" : "0"];
      const options = [ticket.order, TICKET_TTL_MS, inbox, ...delayArguments, ...released];
      return (await client.eval(CLAIM, 3, ...common, ...options)) as [] | [Blocked["reason"], string, number];
    };
    const [reason, by = "", lastsMs = 0] = await this.#redis.runWithRetry(ask, signal).catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw new ThreadError("unavailable", `The agent's memory cannot be used: ${messageOf(error)}`, error);
    });
    if (reason === undefined) return undefined;
    const refused = (this.#refused.get(claim) ?? 0) + 1;
    this.#refused.set(claim, refused);
    if (reason === "early" || reason === "dropped") return { reason, by, againInMs: lastsMs };
    this.#inbox.open();
    const usual = reason === "announced" ? ARRIVAL_POLL_MS : this.#pollMs;
    const againInMs = this.#inbox.isOpen ? usual : backoffMs(refused, POLL_BACKOFF);
    return { reason, by, againInMs: lastsMs > 0 ? Math.min(againInMs, lastsMs + MARGIN_MS) : againInMs };
  }

  async renew({ threadId, token }: Claim): Promise<boolean> {
    return await this.#tokens.hold(lockKey(threadId), token);
  }

  async release({ threadId, ticket, token }: Claim, held: boolean): Promise<void> {
    const common = scriptArguments(threadId, ticket.executionId, token);
    await this.#tokens.release(lockKey(threadId), token, held, (client) => client.eval(LEAVE, 3, ...common));
  }

  async withdraw(threadId: string, executionId: string): Promise<void> {
    await this.#redis.run((client) => client.eval(WITHDRAW, 3, ...scriptArguments(threadId, executionId)));
  }

  onWake(threadId: string, executionId: string, wake: () => void): () => void {
    const name = `${lockKey(threadId)}\n${executionId}`;
    const wakes = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, wakes.add(wake));
    return () => {
      wakes.delete(wake);
      if (wakes.size === 0 && this.#waiting.get(name) === wakes) this.#waiting.delete(name);
    };
  }
}

/**
 * The key of a thread's lock. Earlier versions, which had locks without a queue, use the same one: while replicas of both
 * versions run side by side, still only one execution at a time has the lock.
 */
function lockKey(threadId: string): string {
  return `stigmer:lock:thread:${threadId}`;
}

/** The keys and the first arguments that all scripts take. */
function scriptArguments(threadId: string, executionId: string, token = ""): string[] {
  const queue = `stigmer:queue:{${threadId}}:`;
  const entries = `${queue}entry:`;
  return [lockKey(threadId), `${queue}order`, `${entries}${executionId}`, executionId, token, entries, INBOX_PREFIX];
}
