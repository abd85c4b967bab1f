import { toJson } from "@bufbuild/protobuf";
import type { Logger } from "../../log/index.ts";
import { applied, type RedisClient, type RedisConnection } from "../../redis/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { degraded, type Finding, type HealthCheck } from "../../shared/health.ts";
import { retry } from "../../shared/retry.ts";
import { rfc3339, sleep } from "../../shared/time.ts";
import { AgentExecutionStatusSchema } from "../../stigmer/index.ts";
import type { StatusSink, StatusUpdate } from "../status-sink.ts";

/** Most events kept of an execution, and most characters of them: a long status leaves room for fewer. */
const KEPT_EVENTS = 200;
const KEPT_CHARACTERS = 4 * 1024 * 1024;
/** The last event is worth some time: who waits for it would wait in vain. */
const LAST_MS = 20_000;
const LAST_RETRY = { retries: Number.POSITIVE_INFINITY, firstMs: 200, mostMs: 2_000 };
/** So long the execution waits for its events; what is not taken by then goes on behind it. */
const PATIENCE_MS = 2_000;

/** So long after the last dropped event all is well again. */
const RECENT_MS = 15_000;

/** Where events are published, and where they are kept. */
export const eventsChannel = (executionId: string) => `stigmer:agent-execution:${executionId}`;
export const eventsStream = (executionId: string) => `${eventsChannel(executionId)}:stream`;

/**
 * Status updates as events in Redis: published, and kept for those who come late. While Redis is away they are dropped
 * and counted: the Stigmer API has the status, and no execution waits for its audience.
 */
export class RedisSink implements StatusSink {
  readonly name = "Redis";
  readonly #redis: RedisConnection;
  readonly #ttlMs: number;
  readonly #log: Logger;
  /** The last number of each execution that runs. */
  readonly #sequences = new Map<string, number>();
  #dropped = 0;
  #lastDrop = 0;

  constructor(redis: RedisConnection, ttlMs: number, log: Logger) {
    this.#redis = redis;
    this.#ttlMs = ttlMs;
    this.#log = log;
  }

  async deliver(update: StatusUpdate): Promise<void> {
    const { executionId, status, terminal } = update;
    const sequence = (this.#sequences.get(executionId) ?? 0) + 1;
    if (terminal) this.#sequences.delete(executionId);
    else this.#sequences.set(executionId, sequence);
    const event = JSON.stringify({
      ...{ executionId, sequence, terminal, time: rfc3339() },
      status: toJson(AgentExecutionStatusSchema, status),
    });
    const over = new AbortController();
    await Promise.race([this.#take(update, sequence, event), sleep(PATIENCE_MS, over.signal)]);
    over.abort();
  }

  /** Whether Redis answers, and what it missed. */
  get check(): HealthCheck {
    return { name: "Redis", check: async () => await this.#find() };
  }

  /** Sends an event, and the last one again where it has to be; counts it where it is not taken. Never fails. */
  async #take({ executionId, terminal }: StatusUpdate, sequence: number, event: string): Promise<void> {
    const send = () => this.#redis.run((client) => this.#send(client, executionId, sequence, event));
    const end = Date.now() + LAST_MS;
    const isTransient = () => !this.#redis.closed && Date.now() < end;
    try {
      await (terminal ? retry(send, { ...LAST_RETRY, isTransient }) : send());
    } catch (error) {
      this.#drop(error);
      return;
    }
    this.#recovered();
  }

  async #send(client: RedisClient, executionId: string, sequence: number, event: string): Promise<void> {
    const stream = eventsStream(executionId);
    const kept = Math.min(Math.max(Math.floor(KEPT_CHARACTERS / event.length), 1), KEPT_EVENTS);
    await applied(
      client
        .multi()
        .xadd(stream, "MAXLEN", kept, "*", "sequence", sequence, "event", event)
        .pexpire(stream, this.#ttlMs)
        .publish(eventsChannel(executionId), event),
    );
  }

  #drop(error: unknown): void {
    if (this.#dropped++ === 0) this.#log.warn(`Status events for Redis are dropped: ${messageOf(error)}`);
    this.#lastDrop = Date.now();
  }

  #recovered(): void {
    if (this.#dropped === 0) return;
    this.#log.warn(`Redis takes status events again; dropped meanwhile: ${this.#dropped}`);
    this.#dropped = 0;
  }

  async #find(): Promise<Finding | undefined> {
    const reason = await this.#redis.probe();
    if (reason === undefined && Date.now() - this.#lastDrop > RECENT_MS) this.#recovered();
    const lost = this.#dropped === 0 ? "" : `status events dropped: ${this.#dropped}`;
    if (reason !== undefined) return { status: "failed", reason: lost === "" ? reason : `${reason}; ${lost}` };
    return lost === "" ? undefined : degraded(lost);
  }
}
