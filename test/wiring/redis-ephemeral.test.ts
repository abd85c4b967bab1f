import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { HumanMessage } from "@langchain/core/messages";
import { silentLogger } from "../../src/log/index.ts";
import { RedisConnection } from "../../src/redis/index.ts";
import { redisThreads } from "../../src/threads/redis/index.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { talk } from "../support/thread-stores.ts";

const HOUR_MS = 3_600_000;
const TTL_MS = 30 * 24 * HOUR_MS;

let server: TestRedis;
let redis: RedisConnection;
beforeAll(async () => {
  server = await startRedis();
  redis = await RedisConnection.open(server.config, silentLogger);
});
afterAll(async () => {
  redis.close();
  await server[Symbol.asyncDispose]();
});

/** How long what is kept of a thread still lasts, in ms, for each key. */
async function lives(thread: string): Promise<number[]> {
  const keys = (await server.command("KEYS", `stigmer:*{${thread}}*`)) as string[];
  return await Promise.all(keys.map(async (key) => Number(await server.command("PTTL", key))));
}

describe("the thread of an execution without a session", () => {
  test("expires within hours after its replica was killed, while other threads stay", async () => {
    const threads = redisThreads(redis, TTL_MS, silentLogger);
    const [oneOff, session] = ["ephemeral-agt-1-0a1b2c3d", "thread-ses-1"];
    for (const thread of [oneOff, session]) {
      await talk(threads, thread, new HumanMessage("Hello"));
      await talk(threads, thread, new HumanMessage("Again"));
    }
    const [short, long] = [await lives(oneOff), await lives(session)];
    expect(short.length).toBeGreaterThan(3);
    expect(Math.min(...short)).toBeGreaterThan(HOUR_MS);
    expect(Math.max(...short)).toBeLessThanOrEqual(6 * HOUR_MS);
    expect(long).toHaveLength(short.length);
    expect(Math.min(...long)).toBeGreaterThan(TTL_MS - HOUR_MS);
    const end = Number(await server.command("ZSCORE", "stigmer:threads", oneOff));
    expect(end - Date.now()).toBeLessThanOrEqual(6 * HOUR_MS);
  });
});
