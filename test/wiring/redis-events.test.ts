import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import { RedisConnection } from "../../src/redis/index.ts";
import {
  applyEvent,
  eventsChannel,
  eventsStream,
  type ReaderState,
  RedisSink,
  type StatusEvent,
} from "../../src/status/redis/index.ts";
import { AgentExecutionStatusSchema, ExecutionPhase } from "../../src/stigmer/index.ts";
import { collectedLog } from "../support/collected-log.ts";
import { until } from "../support/eventually.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

const TTL_MS = 60_000;
const { log, lines } = collectedLog();
const measured = { published: 0, dropped: 0 };

let server: TestRedis;
let redis: RedisConnection;
let reader: RedisConnection;
let sink: RedisSink;
beforeAll(async () => {
  server = await startRedis({ persistent: true });
  redis = await RedisConnection.open(server.config, log);
  reader = await RedisConnection.open(server.config, log);
  const measures = {
    redisEvent: (result: "published" | "dropped") => void measured[result]++,
  };
  sink = new RedisSink(redis, TTL_MS, log, measures);
});
afterAll(async () => {
  redis.close();
  reader.close();
  await server[Symbol.asyncDispose]();
});

/** Sends a status whose error is a text. */
async function send(executionId: string, terminal = false, error = "", to = sink): Promise<void> {
  const phase = terminal ? ExecutionPhase.EXECUTION_COMPLETED : ExecutionPhase.EXECUTION_IN_PROGRESS;
  await to.deliver({ executionId, status: create(AgentExecutionStatusSchema, { phase, error }), terminal });
}

/** What a late subscriber reads. */
async function replay(executionId: string): Promise<StatusEvent[]> {
  const entries = await reader.runWithRetry((client) => client.xrange(eventsStream(executionId), "-", "+"));
  return entries.map(([, fields]) => JSON.parse(fields[fields.indexOf("event") + 1] ?? "") as StatusEvent);
}

/** What a late subscriber knows by the events that are kept. */
async function known(executionId: string): Promise<ReaderState | undefined> {
  return (await replay(executionId)).reduce<ReaderState | undefined>(applyEvent, undefined);
}

describe("status events", () => {
  test("are published as they happen", async () => {
    const heard: StatusEvent[] = [];
    const subscriber = await reader.run(async (client) => client.duplicate({ lazyConnect: false }));
    subscriber.on("message", (_channel: string, text: string) => heard.push(JSON.parse(text) as StatusEvent));
    await until("it is connected", () => subscriber.status === "ready");
    await subscriber.subscribe(eventsChannel("aex-1"));
    await send("aex-1");
    await send("aex-2");
    await send("aex-1", false, "first");
    await send("aex-1", true, "second");
    await until("all are heard", () => heard.length === 3);
    subscriber.disconnect();
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(heard).toEqual([
      {
        version: 2,
        executionId: "aex-1",
        sequence: 1,
        terminal: false,
        time,
        kind: "state",
        status: { phase: "EXECUTION_IN_PROGRESS" },
      },
      {
        version: 2,
        executionId: "aex-1",
        sequence: 2,
        terminal: false,
        time,
        kind: "delta",
        delta: { fields: { error: "first" } },
      },
      {
        version: 2,
        executionId: "aex-1",
        sequence: 3,
        terminal: true,
        time,
        kind: "state",
        status: { phase: "EXECUTION_COMPLETED", error: "second" },
      },
    ]);
    expect(await replay("aex-1")).toEqual(heard);
  });

  test("are stored for a while for late subscribers", async () => {
    await send("aex-3");
    await send("aex-3", true);
    expect((await replay("aex-3")).map(({ sequence, terminal }) => [sequence, terminal])).toEqual([
      [1, false],
      [2, true],
    ]);
    const left = await reader.run((client) => client.pttl(eventsStream("aex-3")));
    expect(left).toBeGreaterThan(TTL_MS / 2);
    expect(left).toBeLessThanOrEqual(TTL_MS);
  });

  test("of a long execution are stored from a whole state onwards", async () => {
    for (let index = 1; index <= 20; index++) await send("aex-4", false, String(index).padEnd(1_000_000, "x"));
    const kept = await replay("aex-4");
    expect(kept.length).toBeGreaterThan(1);
    expect(kept.length).toBeLessThan(10);
    expect(kept[0]?.kind).toBe("state");
    expect(kept.at(-1)?.sequence).toBe(20);
    expect((await known("aex-4"))?.status["error"]).toStartWith("20x");
  });

  test("are sent to Redis once, although they are stored and published", async () => {
    const before = await received();
    for (let index = 1; index <= 10; index++) await send("aex-5", false, String(index).padEnd(100_000, "x"));
    const sent = (await received()) - before;
    expect(sent).toBeGreaterThan(1_000_000);
    expect(sent).toBeLessThan(1_100_000);
  });

  test("continue with a whole state after Redis lost its data", async () => {
    for (const text of ["a", "b"]) await send("aex-8", false, text);
    await reader.run((client) => client.del(eventsStream("aex-8")));
    for (const text of ["c", "d"]) await send("aex-8", false, text);
    expect((await replay("aex-8")).map(({ sequence, kind }) => [sequence, kind])).toEqual([
      [3, "state"],
      [4, "delta"],
    ]);
    expect((await known("aex-8"))?.status["error"]).toBe("d");
  });

  test("continue the numbering when another replica runs the execution again", async () => {
    for (const text of ["a", "b"]) await send("aex-9", false, text);
    const other = new RedisSink(redis, TTL_MS, log);
    await send("aex-9", false, "c", other);
    await send("aex-9", true, "d", other);
    expect((await replay("aex-9")).map(({ sequence, kind }) => [sequence, kind])).toEqual([
      [3, "state"],
      [4, "state"],
    ]);
    // What the first replica still sends is older by its number.
    await send("aex-9", false, "late");
    expect((await known("aex-9"))?.status["error"]).toBe("d");
  });

  test("replace events that an earlier version of this program stored", async () => {
    const old = JSON.stringify({ executionId: "aex-10", sequence: 7, terminal: false, status: {} });
    await reader.run((client) => client.xadd(eventsStream("aex-10"), "*", "sequence", 7, "event", old));
    await send("aex-10", false, "new");
    expect((await replay("aex-10")).map(({ sequence, kind }) => [sequence, kind])).toEqual([[8, "state"]]);
  });
});

/** Bytes that Redis has received from all its clients. */
async function received(): Promise<number> {
  const text = await reader.run((client) => client.info("stats"));
  return Number(/total_net_input_bytes:(\d+)/.exec(text)?.[1]);
}

describe("while Redis is unavailable", () => {
  test("events are dropped and counted without anybody waiting, and delivery recovers by itself", async () => {
    expect(await sink.check.check()).toBeUndefined();
    await server.kill();
    const before = { ...measured };
    await send("aex-6");
    await send("aex-6");
    expect(measured).toEqual({ published: before.published, dropped: before.dropped + 2 });
    expect(before.published).toBeGreaterThan(0);
    expect(await sink.check.check()).toEqual({
      status: "failed",
      reason: expect.stringContaining("status events dropped: 2"),
      remedies: [expect.stringContaining("Redis is not reachable")],
    });
    expect(lines.filter((line) => line.includes("events for Redis are dropped"))).toHaveLength(1);
    await server.restart();
    await until("it is connected again", async () => (await redis.probe()) === undefined);
    await send("aex-6", true);
    // The gap in the numbers tells what was missed; after it comes the whole status.
    expect((await replay("aex-6")).map(({ sequence, kind }) => [sequence, kind])).toEqual([[3, "state"]]);
    expect(await sink.check.check()).toBeUndefined();
    expect(lines.some((line) => line.includes("dropped meanwhile: 2"))).toBe(true);
  });

  test("a gap in the events is followed by a whole state", async () => {
    for (const text of ["a", "b"]) await send("aex-11", false, text);
    await server.kill();
    await send("aex-11", false, "c");
    await server.restart();
    await until("it is connected again", async () => (await redis.probe()) === undefined);
    for (const text of ["d", "e"]) await send("aex-11", false, text);
    expect((await replay("aex-11")).map(({ sequence, kind }) => [sequence, kind])).toEqual([
      [1, "state"],
      [2, "delta"],
      [4, "state"],
      [5, "delta"],
    ]);
    expect((await known("aex-11"))?.status["error"]).toBe("e");
  });

  test("the last event is retried for some seconds", async () => {
    await send("aex-7");
    await server.kill();
    const sending = send("aex-7", true);
    await server.restart();
    await sending;
    expect((await replay("aex-7")).at(-1)).toMatchObject({ sequence: 2, terminal: true });
  });
});
