import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { HumanMessage } from "@langchain/core/messages";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { openStore, remembered, talk } from "../support/thread-stores.ts";

const ALL_THREADS = "stigmer:threads";

let server: TestRedis;
let threads: Awaited<ReturnType<typeof openStore>>;
beforeEach(async () => {
  server = await startRedis();
  threads = await openStore({ redis: server.config });
});
afterEach(async () => {
  await threads.close();
  await server[Symbol.asyncDispose]();
});

describe("the list of all threads in Redis", () => {
  test("contains each thread until it expires", async () => {
    await server.command("ZADD", ALL_THREADS, "1", "expired");
    await talk(threads.store, "used", new HumanMessage("Hello"));
    expect(await server.command("ZRANGE", ALL_THREADS, "0", "-1")).toEqual(["used"]);
    expect(Number(await server.command("ZSCORE", ALL_THREADS, "used"))).toBeGreaterThan(Date.now());
    expect(await server.command("PTTL", ALL_THREADS)).toBe(-1);
  });

  test("is not needed to store a checkpoint", async () => {
    await server.command("SET", ALL_THREADS, "not a sorted set");
    await talk(threads.store, "used", new HumanMessage("Hello"));
    expect(await remembered(threads.store, "used")).toEqual(["Hello", "Answer 1"]);
  });
});
