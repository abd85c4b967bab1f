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
  type Settle,
  TICKET_TTL_MS,
  type TicketStore,
} from "../ticket-store.ts";
import { ANNOUNCE, CLAIM, LEAVE, NO_INBOX, WITHDRAW } from "./ticket-scripts.ts";

/** How often a waiting execution looks by itself where it is called when its turn comes. */
const LOOK_MS = 3_000;
/** How often where one that was announced is in the way: it may not come any more. */
const ARRIVAL_LOOK_MS = 1_000;
/** How often where it is not called. */
const LOOK_OFTEN = { initialMs: 50, maxMs: 500 };
/** What expires is looked at a little later. */
const MARGIN_MS = 20;

/** Tickets in Redis, which all replicas share. */
export class RedisTickets implements TicketStore {
  readonly #redis: RedisConnection;
  readonly #lookMs: number;
  readonly #tokens: LockTokens;
  readonly #inbox: RedisInbox;
  /** Those who wait in this process, by lock and execution. */
  readonly #waiting = new Map<string, Set<() => void>>();
  /** How often a claim was refused. */
  readonly #refused = new WeakMap<Claim, number>();

  constructor(redis: RedisConnection, log: Logger, lookMs = LOOK_MS) {
    this.#redis = redis;
    this.#lookMs = lookMs;
    this.#tokens = new LockTokens(redis, log);
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
      client.eval(ANNOUNCE, 3, ...words(threadId, ticket.executionId), ticket.order, ANNOUNCED_TTL_MS),
    );
  }

  async claim(claim: Claim, settle: Settle, signal: AbortSignal): Promise<Blocked | undefined> {
    const { threadId, ticket, token } = claim;
    const inbox = this.#inbox.isOpen ? this.#inbox.id : NO_INBOX;
    const ask = async (client: RedisClient) => {
      const place = words(threadId, ticket.executionId, token);
      const released = this.#tokens.released(lockKey(threadId));
      const wasInLine = this.#refused.has(claim);
      const settling = [settle.ms, settle.evenAlone ? "1" : "0", wasInLine ? "1" : "0"];
      const options = [ticket.order, TICKET_TTL_MS, inbox, ...settling, ...released];
      return (await client.eval(CLAIM, 3, ...place, ...options)) as [] | [Blocked["why"], string, number];
    };
    const [why, by = "", lastsMs = 0] = await this.#redis.runWithRetry(ask, signal).catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw new ThreadError(`The agent's memory cannot be used: ${messageOf(error)}`, error);
    });
    if (why === undefined) return undefined;
    const refused = (this.#refused.get(claim) ?? 0) + 1;
    this.#refused.set(claim, refused);
    if (why === "early" || why === "emptied") return { why, by, againInMs: lastsMs };
    this.#inbox.open();
    const usual = why === "announced" ? ARRIVAL_LOOK_MS : this.#lookMs;
    const againInMs = this.#inbox.isOpen ? usual : backoffMs(refused, LOOK_OFTEN);
    return { why, by, againInMs: lastsMs > 0 ? Math.min(againInMs, lastsMs + MARGIN_MS) : againInMs };
  }

  async renew({ threadId, token }: Claim): Promise<boolean> {
    return await this.#tokens.hold(lockKey(threadId), token);
  }

  async release({ threadId, ticket, token }: Claim, held: boolean): Promise<void> {
    const place = words(threadId, ticket.executionId, token);
    await this.#tokens.release(lockKey(threadId), token, held, (client) => client.eval(LEAVE, 3, ...place));
  }

  async withdraw(threadId: string, executionId: string): Promise<void> {
    await this.#redis.run((client) => client.eval(WITHDRAW, 3, ...words(threadId, executionId)));
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
 * Who has the thread. The name is that of earlier versions, which had locks without a queue: while replicas of both run
 * side by side, still only one execution at a time has a thread.
 */
function lockKey(threadId: string): string {
  return `stigmer:lock:thread:${threadId}`;
}

/** The keys and the first arguments of all scripts. */
function words(threadId: string, executionId: string, token = ""): string[] {
  const queue = `stigmer:queue:{${threadId}}:`;
  const places = `${queue}place:`;
  return [lockKey(threadId), `${queue}line`, `${places}${executionId}`, executionId, token, places, INBOX_PREFIX];
}
