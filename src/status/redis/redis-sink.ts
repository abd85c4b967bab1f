import type { Logger } from "../../log/index.ts";
import type { RedisConnection } from "../../redis/index.ts";
import { messageOf } from "../../shared/errors.ts";
import { degraded, failed, type HealthCheck, type HealthProblem } from "../../shared/health.ts";
import type { Measures } from "../../shared/measures.ts";
import { retry } from "../../shared/retry.ts";
import { waitAtMost } from "../../shared/time.ts";
import type { StatusSink, StatusUpdate } from "../status-sink.ts";
import { EventSequencer } from "./event-sequencer.ts";
import { EventStore } from "./event-store.ts";

/** How long sending the last event is retried: a reader that misses it would wait for ever. */
const LAST_EVENT_TIMEOUT_MS = 20_000;
const LAST_RETRY = { retries: Number.POSITIVE_INFINITY, initialMs: 200, maxMs: 2_000 };
/** The execution waits this long for an event; then it goes on, and sending continues in the background. */
const MAX_WAIT_MS = 2_000;

/** How long after the last dropped event the sink counts as recovered. */
const RECENT_MS = 15_000;

/** A running execution. */
interface RunningExecution {
  /** Its events; absent until Redis was asked for the last event of an earlier run. */
  events?: Promise<EventSequencer>;
  /** Number of events that were dropped before that. */
  dropped: number;
}

/**
 * Sends status updates to Redis as events, published for live readers and stored for late ones. While Redis is
 * unavailable, events are dropped and counted: the Stigmer API has the status, and executions do not wait for readers.
 */
export class RedisSink implements StatusSink {
  readonly name = "Redis";
  readonly sends = "changes";
  readonly #redis: RedisConnection;
  readonly #store: EventStore;
  readonly #log: Logger;
  readonly #measures: Pick<Measures, "redisEvent"> | undefined;
  readonly #executions = new Map<string, RunningExecution>();
  #dropped = 0;
  #lastDrop = 0;

  constructor(redis: RedisConnection, ttlMs: number, log: Logger, measures?: Pick<Measures, "redisEvent">) {
    this.#redis = redis;
    this.#store = new EventStore(redis, ttlMs);
    this.#log = log;
    this.#measures = measures;
  }

  async deliver(update: StatusUpdate): Promise<void> {
    const { executionId, terminal } = update;
    const execution = this.#executions.get(executionId) ?? { dropped: 0 };
    if (terminal) this.#executions.delete(executionId);
    else this.#executions.set(executionId, execution);
    await waitAtMost(this.#sendOrDrop(update, execution), MAX_WAIT_MS);
  }

  /** Reports whether Redis answers, and how many events were dropped. */
  get check(): HealthCheck {
    return { name: "Redis", check: async () => await this.#problem() };
  }

  /** Sends an update; retries the last one; counts dropped ones. Never throws. */
  async #sendOrDrop(update: StatusUpdate, execution: RunningExecution): Promise<void> {
    const end = Date.now() + LAST_EVENT_TIMEOUT_MS;
    const isTransient = () => update.terminal && !this.#redis.closed && Date.now() < end;
    let events: EventSequencer | undefined;
    try {
      events = await retry(() => this.#eventsOf(update.executionId, execution), { ...LAST_RETRY, isTransient });
      await this.#send(update, events, isTransient);
    } catch (error) {
      if (events === undefined) execution.dropped++;
      else events.lost();
      this.#drop(error);
      return;
    }
    this.#measures?.redisEvent("published");
    this.#recovered();
  }

  async #eventsOf(executionId: string, execution: RunningExecution): Promise<EventSequencer> {
    const opened = async () =>
      new EventSequencer(executionId, (await this.#store.lastSequence(executionId)) + execution.dropped);
    execution.events ??= opened();
    const { events } = execution;
    try {
      return await events;
    } catch (error) {
      if (execution.events === events) delete execution.events;
      throw error;
    }
  }

  async #send({ executionId, status, terminal }: StatusUpdate, events: EventSequencer, isTransient: () => boolean) {
    const event = events.next(status, terminal);
    const taken = await retry(() => this.#store.send(executionId, event), { ...LAST_RETRY, isTransient });
    if (!taken) await this.#store.send(executionId, events.instead(event, status));
  }

  #drop(error: unknown): void {
    if (this.#dropped++ === 0) this.#log.warn(`Status events for Redis are dropped: ${messageOf(error)}`);
    this.#measures?.redisEvent("dropped");
    this.#lastDrop = Date.now();
  }

  #recovered(): void {
    if (this.#dropped === 0) return;
    this.#log.warn(`Redis takes status events again; dropped meanwhile: ${this.#dropped}`);
    this.#dropped = 0;
  }

  async #problem(): Promise<HealthProblem | undefined> {
    const error = await this.#redis.probe();
    if (error === undefined && Date.now() - this.#lastDrop > RECENT_MS) this.#recovered();
    const lost = this.#dropped === 0 ? "" : `status events dropped: ${this.#dropped}`;
    if (error !== undefined) return failed(lost === "" ? error.message : `${error.message}; ${lost}`, error.remedies);
    return lost === "" ? undefined : degraded(lost);
  }
}
