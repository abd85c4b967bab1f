import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createLogger } from "../../src/log/index.ts";
import { RedisConnection, RedisLocks } from "../../src/redis/index.ts";
import { SecretMask } from "../../src/shared/secret-mask.ts";
import { yieldToEventLoop } from "../../src/shared/time.ts";
import { isPending, until } from "../support/eventually.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

const PREFIX = "test:lock:";

let lines: string[];
let server: TestRedis;
let redis: RedisConnection;
let locks: RedisLocks;
beforeEach(async () => {
  lines = [];
  const write = (line: string) => lines.push(line);
  const log = createLogger({ level: "debug", format: "text", mask: new SecretMask(), write });
  server = await startRedis();
  redis = await RedisConnection.open(server.config, log);
  locks = new RedisLocks(redis, PREFIX, log);
});
afterEach(async () => {
  redis.close();
  await server[Symbol.asyncDispose]();
});

const LOST = "has not answered for";
const isLost = () => lines.some((line) => line.includes(LOST));
/** What was sent until then had no answer. */
const connectionIsLost = () => until("the connection is lost", isLost);

const keys = () => server.command("KEYS", `${PREFIX}*`);

describe("a connection to a Redis that hangs", () => {
  test("is closed with its pending commands, accepts none meanwhile, and reconnects by itself", async () => {
    server.hang();
    let client: { readonly commandQueue?: { readonly length: number } } = {};
    const waiting = Array.from({ length: 50 }, (_, index) =>
      redis.run(async (raw) => {
        client = raw as never;
        return await raw.set(`late:${index}`, "x".repeat(100_000));
      }),
    );
    // Not at the end of each command's own time.
    const failed = { status: "rejected", reason: { message: expect.stringContaining(LOST) } };
    for (const outcome of await Promise.allSettled(waiting)) expect(outcome).toMatchObject(failed);
    expect(client.commandQueue?.length).toBeLessThan(5);
    // There is no connection: nothing is waited for.
    let failures = 0;
    for (let count = 0; count < 50; count++) redis.run((raw) => raw.get("any")).catch(() => failures++);
    await yieldToEventLoop();
    expect(failures).toBe(50);
    server.resume();
    await until("it answers again", async () => (await redis.probe()) === undefined);
    expect(lines.filter((line) => line.includes("is lost"))).toHaveLength(1);
  });

  test("retries writes that must not be lost for about half a minute, or until they are cancelled", async () => {
    server.hang();
    const controller = new AbortController();
    const wanted = redis.runWithRetry((client) => client.set("a", 1));
    const unwanted = redis.runWithRetry((client) => client.set("b", 1), controller.signal);
    const began = performance.now();
    await connectionIsLost();
    controller.abort(new Error("not wanted"));
    await expect(unwanted).rejects.toThrow("not wanted");
    expect(await isPending(wanted)).toBe(true);
    await expect(wanted).rejects.toThrow("has not answered");
    expect(performance.now() - began).toBeGreaterThan(20_000);
  });
});

describe("a lock", () => {
  test("that was taken although the answer was lost is held by the caller", async () => {
    await server.command("CLIENT", "PAUSE", "6500", "ALL");
    await (await locks.acquire("stalled"))();
    expect(lines.join("\n")).not.toContain("Another replica");
    expect(await keys()).toEqual([]);
  });

  test("whose acquisition was cancelled is held by nobody", async () => {
    const controller = new AbortController();
    server.hang();
    const taking = locks.acquire("unwanted", controller.signal);
    // What was asked for is on its way.
    await yieldToEventLoop();
    controller.abort(new Error("cancelled"));
    await expect(taking).rejects.toThrow("cancelled");
    expect(isLost()).toBe(false);
    await connectionIsLost();
    server.resume();
    await (await locks.acquire("unwanted"))();
    expect(lines.join("\n")).not.toContain("Another replica");
    await until("nobody holds it", async () => JSON.stringify(await keys()) === "[]");
  });

  test("is released at once while Redis hangs, and is free for others soon after", async () => {
    const release = await locks.acquire("released");
    server.hang();
    await release();
    expect(isLost()).toBe(false);
    await connectionIsLost();
    server.resume();
    await until("nobody holds it", async () => JSON.stringify(await keys()) === "[]");
    await (await locks.acquire("released"))();
  });

  test("that another replica took after Redis lost its data is reported as lost", async () => {
    let lost = 0;
    const release = await locks.acquire("emptied", undefined, () => lost++);
    await server.command("SET", `${PREFIX}emptied`, "another's");
    await until("it is noticed", () => lost > 0);
    await release();
    expect(await server.command("GET", `${PREFIX}emptied`)).toBe("another's");
  });
});
