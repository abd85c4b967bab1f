import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { RedisConnection, RedisLocks } from "../../src/redis/index.ts";
import { yieldToEventLoop } from "../../src/shared/time.ts";
import type { ThreadStore } from "../../src/threads/index.ts";
import { redisThreads } from "../../src/threads/redis/index.ts";
import { collectedLog } from "../support/collected-log.ts";
import { until } from "../support/eventually.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

const never = new AbortController().signal;
const THREAD = "thread-ses-1";
const LOCK = `stigmer:lock:thread:${THREAD}`;
let server: TestRedis;
let connections: RedisConnection[];
const { log, lines } = collectedLog();
beforeEach(async () => {
  lines.length = 0;
  connections = [];
  server = await startRedis();
});
afterEach(async () => {
  for (const connection of connections) connection.close();
  await server[Symbol.asyncDispose]();
});

async function connect(config = server.config): Promise<RedisConnection> {
  const redis = await RedisConnection.open(config, log);
  connections.push(redis);
  return redis;
}

const replica = async (config = server.config): Promise<ThreadStore> =>
  redisThreads(await connect(config), 60_000, log);

/**
 * Its executions poll only when the lock expires. Without a wake-up message, each would wait until the previous lock
 * expires (30 s).
 */
const replicaWithoutPolling = async (config = server.config): Promise<ThreadStore> =>
  redisThreads(await connect(config), 60_000, log, undefined, { pollMs: 600_000 });

const waits = (id: string) => until(`${id} waits`, () => lines.some((line) => line.includes(`${id} waits`)));

const LOST = "has not answered for";
/** What was sent until then had no answer. */
const connectionIsLost = () => until("the connection is lost", () => lines.some((line) => line.includes(LOST)));

/** How many connections listen. */
async function listeners(): Promise<number> {
  const text = String(await server.command("CLIENT", "LIST", "TYPE", "pubsub"));
  return text.split("\n").filter((line) => line.includes("sub=1")).length;
}

/** Has many executions take the thread one after the other, alternately of the replicas. */
async function handOver(stores: readonly ThreadStore[], count: number): Promise<void> {
  const first = await stores[0]?.acquire(THREAD, "aex-0", never);
  const ids = Array.from({ length: count }, (_, index) => `aex-${index + 1}`);
  const turns = ids.map(async (id, index) => {
    await (await stores[index % stores.length]?.acquire(THREAD, id, never))?.();
  });
  for (const id of ids) await waits(id);
  await first?.();
  await Promise.all(turns);
}

describe("thread queue in Redis", () => {
  test("wakes waiters over one connection per replica, opened on demand", async () => {
    const stores = [await replicaWithoutPolling(), await replicaWithoutPolling()];
    await (await stores[0]?.acquire(THREAD, "aex-0", never))?.();
    expect(await listeners()).toBe(0);
    await handOver(stores, 20);
    expect(await listeners()).toBe(2);
    for (const connection of connections) connection.close();
    await until("the connections are closed", async () => (await listeners()) === 0);
  });

  test("wakes waiters again after the subscription's connection was lost", async () => {
    const stores = [await replicaWithoutPolling(), await replicaWithoutPolling()];
    await handOver(stores, 2);
    await server.command("CLIENT", "KILL", "TYPE", "pubsub");
    await until("they listen again", async () => (await listeners()) === 2);
    await handOver(stores, 20);
  });

  test("falls back to polling without permission to subscribe, logged once with a remedy", async () => {
    const rules = ["~stigmer:*", "resetchannels", "&stigmer:agent-execution:*", "+@all", "-@dangerous"];
    await server.command("ACL", "SETUSER", "few", "on", ">secret of the test", ...rules);
    const config = { ...server.config, username: "few", password: "secret of the test" };
    await handOver([await replicaWithoutPolling(config)], 20);
    const warnings = lines.filter((line) => line.includes("WARN"));
    expect(warnings).toHaveLength(1);
    expect(warnings.join()).toMatch(/does not let this user subscribe.*\+subscribe/);
    expect(lines.join()).not.toContain("secret of the test");
  });

  test("shares its lock with replicas of earlier versions, which have no queue", async () => {
    const earlier = new RedisLocks(await connect(), "stigmer:lock:thread:", log);
    const store = await replica();
    const release = await earlier.acquire(THREAD);
    const turn = store.acquire(THREAD, "aex-1", never);
    await waits("aex-1");
    let entered = false;
    const next = turn.then((leave) => {
      entered = true;
      return leave;
    });
    expect(entered).toBe(false);
    await release();
    const leave = await next;
    const again = earlier.acquire(THREAD);
    await until("it waits", () => lines.some((line) => line.includes(`Another replica holds ${LOCK}`)));
    await leave();
    await (await again)();
  });

  test("frees a place soon after a waiter was cancelled while Redis hung", async () => {
    const [one, two] = [await replica(), await replica()];
    const controller = new AbortController();
    server.hang();
    const unwanted = one.acquire(THREAD, "aex-1", controller.signal);
    // What was asked for is on its way.
    await yieldToEventLoop();
    controller.abort(new Error("cancelled"));
    await expect(unwanted).rejects.toThrow("cancelled");
    await connectionIsLost();
    server.resume();
    await (await two.acquire(THREAD, "aex-2", never))();
    await until("nothing is left", async () => JSON.stringify(await server.command("KEYS", "stigmer:[lq]*")) === "[]");
  });

  test("keeps its order while Redis hangs", async () => {
    const [one, two] = [await replica(), await replica()];
    const release = await one.acquire(THREAD, "aex-0", never);
    const served: string[] = [];
    const turns = ["aex-1", "aex-2", "aex-3", "aex-4"].map(async (id, index) => {
      const leave = await (index % 2 === 0 ? two : one).acquire(THREAD, id, never);
      served.push(id);
      await leave();
    });
    for (const id of ["aex-1", "aex-2", "aex-3", "aex-4"]) await waits(id);
    server.hang();
    await release();
    expect(lines.join("\n")).not.toContain(LOST);
    await connectionIsLost();
    server.resume();
    await Promise.all(turns);
    expect(served).toEqual(["aex-1", "aex-2", "aex-3", "aex-4"]);
    expect(await server.command("KEYS", "stigmer:[lq]*")).toEqual([]);
  });

  test("holds a lock that was taken although the reply was lost", async () => {
    const store = await replica();
    await server.command("CLIENT", "PAUSE", "6500", "ALL");
    await (await store.acquire(THREAD, "aex-1", never))();
    expect(lines.join("\n")).not.toContain("waits for thread");
    expect(await server.command("KEYS", "stigmer:[lq]*")).toEqual([]);
  });
});
