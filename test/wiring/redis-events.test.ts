import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import { createLogger } from "../../src/log/index.ts";
import { RedisConnection } from "../../src/redis/index.ts";
import { SecretMask } from "../../src/shared/secret-mask.ts";
import { eventsChannel, eventsStream, RedisSink } from "../../src/status/redis/index.ts";
import { AgentExecutionStatusSchema, ExecutionPhase } from "../../src/stigmer/index.ts";
import { until } from "../support/eventually.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

const TTL_MS = 60_000;

interface Event {
  readonly executionId: string;
  readonly sequence: number;
  readonly terminal: boolean;
  readonly time: string;
  readonly status: { readonly phase?: string; readonly error?: string };
}

const lines: string[] = [];
const log = createLogger({ level: "debug", format: "text", mask: new SecretMask(), write: (line) => lines.push(line) });

let server: TestRedis;
let redis: RedisConnection;
let reader: RedisConnection;
let sink: RedisSink;
beforeAll(async () => {
  server = await startRedis({ persistent: true });
  redis = await RedisConnection.open(server.config, log);
  reader = await RedisConnection.open(server.config, log);
  sink = new RedisSink(redis, TTL_MS, log);
});
afterAll(async () => {
  redis.close();
  reader.close();
  await server[Symbol.asyncDispose]();
});

/** Sends a status whose error has so many characters. */
async function send(executionId: string, terminal = false, size = 0): Promise<void> {
  const phase = terminal ? ExecutionPhase.EXECUTION_COMPLETED : ExecutionPhase.EXECUTION_IN_PROGRESS;
  const status = create(AgentExecutionStatusSchema, { phase, error: "x".repeat(size) });
  await sink.deliver({ executionId, status, terminal });
}

/** What a late subscriber reads. */
async function replay(executionId: string): Promise<Event[]> {
  const entries = await reader.persist((client) => client.xrange(eventsStream(executionId), "-", "+"));
  return entries.map(([, fields]) => JSON.parse(fields[fields.indexOf("event") + 1] ?? "") as Event);
}

describe("status events", () => {
  test("are published as they happen", async () => {
    const heard: Event[] = [];
    const subscriber = await reader.run(async (client) => client.duplicate({ lazyConnect: false }));
    subscriber.on("message", (_channel: string, text: string) => heard.push(JSON.parse(text) as Event));
    await until("it is connected", () => subscriber.status === "ready");
    await subscriber.subscribe(eventsChannel("aex-1"));
    await send("aex-1");
    await send("aex-2");
    await send("aex-1", true);
    await until("both are heard", () => heard.length === 2);
    subscriber.disconnect();
    expect(heard).toEqual([
      {
        executionId: "aex-1",
        sequence: 1,
        terminal: false,
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        status: { phase: "EXECUTION_IN_PROGRESS" },
      },
      expect.objectContaining({ sequence: 2, terminal: true, status: { phase: "EXECUTION_COMPLETED" } }),
    ]);
  });

  test("are kept for a while for those who come late", async () => {
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

  test("of a long execution are kept from its end", async () => {
    for (let index = 0; index < 250; index++) await send("aex-4");
    const kept = await replay("aex-4");
    expect(kept).toHaveLength(200);
    expect(kept.at(-1)?.sequence).toBe(250);
  });

  test("that are large are fewer", async () => {
    for (let index = 0; index < 10; index++) await send("aex-5", false, 1_000_000);
    expect((await replay("aex-5")).map(({ sequence }) => sequence)).toEqual([7, 8, 9, 10]);
  });
});

describe("while Redis is away", () => {
  test("events are dropped and counted, and nobody waits for them; then all is well by itself", async () => {
    expect(await sink.check.check()).toBeUndefined();
    await server.kill();
    await send("aex-6");
    await send("aex-6");
    expect(await sink.check.check()).toEqual({
      status: "failed",
      reason: expect.stringContaining("status events dropped: 2"),
    });
    expect(lines.filter((line) => line.includes("events for Redis are dropped"))).toHaveLength(1);
    await server.restart();
    await until("it is connected again", async () => (await redis.probe()) === undefined);
    await send("aex-6", true);
    // The gap in the numbers tells what was missed; each event has the whole status.
    expect((await replay("aex-6")).map(({ sequence }) => sequence)).toEqual([3]);
    expect(await sink.check.check()).toBeUndefined();
    expect(lines.some((line) => line.includes("dropped meanwhile: 2"))).toBe(true);
  }, 30_000);

  test("the last event is tried for some seconds", async () => {
    await send("aex-7");
    await server.kill();
    const sending = send("aex-7", true);
    await server.restart();
    await sending;
    expect((await replay("aex-7")).at(-1)).toMatchObject({ sequence: 2, terminal: true });
  }, 30_000);
});
