import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { RedisConnection, ReplicaGroup } from "../../src/redis/index.ts";
import { redisThreads } from "../../src/threads/redis/index.ts";
import { collectedLog } from "../support/collected-log.ts";
import { pause, until } from "../support/eventually.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

const KEY = "stigmer:agent-runner:test-group";
const { log, lines } = collectedLog();

let server: TestRedis;
let redis: RedisConnection;
beforeAll(async () => {
  server = await startRedis();
  redis = await RedisConnection.open(server.config, log);
});
afterAll(async () => {
  redis.close();
  await server[Symbol.asyncDispose]();
});

describe("when Redis loses its data", () => {
  test("the group name is written again, and another name that is there already is reported once", async () => {
    const first = await ReplicaGroup.join(redis, KEY, log);
    const second = await ReplicaGroup.join(redis, KEY, log);
    try {
      expect(second.name).toBe(first.name);
      await server.command("FLUSHALL");
      await until("it is there again", async () => (await server.command("GET", KEY)) === first.name);
      expect(lines.filter((line) => line.includes("Redis lost its data"))).toHaveLength(1);
      second.close();
      await server.command("SET", KEY, "another");
      await until("it is told", () => lines.some((line) => line.includes("have another group name")));
      // Longer than between two looks.
      await pause(6_000);
      expect(lines.filter((line) => line.includes("have another group name"))).toHaveLength(1);
      expect(await server.command("GET", KEY)).toBe("another");
    } finally {
      first.close();
      second.close();
    }
  });

  test("the holder of a thread's lock learns when another replica takes the lock", async () => {
    const threads = redisThreads(redis, 60_000, log);
    const other = redisThreads(redis, 60_000, log);
    const signal = new AbortController().signal;
    let told = 0;
    const leave = await threads.acquire("thread", "aex-1", signal, () => told++);
    await server.command("FLUSHALL");
    const leaveOther = await other.acquire("thread", "aex-2", signal, () => expect.unreachable());
    await until("it is told", () => told > 0);
    await leave();
    await leaveOther();
    expect(await server.command("KEYS", "stigmer:lock:*")).toEqual([]);
  });
});
