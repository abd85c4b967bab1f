import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createLogger } from "../../src/log/index.ts";
import { RedisConnection, RedisLocks, SILENCE_MS } from "../../src/redis/index.ts";
import { SecretMask } from "../../src/shared/secret-mask.ts";
import { until } from "../support/eventually.ts";
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

/** How long something takes, in ms, however it ends. */
async function duration(work: Promise<unknown>): Promise<number> {
  const began = Date.now();
  await work.catch(() => undefined);
  return Date.now() - began;
}

const keys = () => server.command("KEYS", `${PREFIX}*`);

describe("a connection to a Redis that hangs", () => {
  test("is closed with all that waits on it, takes nothing meanwhile, and comes back by itself", async () => {
    server.hang();
    let client: { readonly commandQueue?: { readonly length: number } } = {};
    const waiting = Array.from({ length: 50 }, (_, index) =>
      redis.run(async (raw) => {
        client = raw as never;
        return await raw.set(`late:${index}`, "x".repeat(100_000));
      }),
    );
    expect(await duration(Promise.allSettled(waiting))).toBeLessThan(SILENCE_MS + 1_500);
    expect(client.commandQueue?.length).toBeLessThan(5);
    // Not one after the other each its own time: there is no connection.
    const more = Array.from({ length: 50 }, () => redis.run((raw) => raw.get("any")));
    expect(await duration(Promise.allSettled(more))).toBeLessThan(500);
    expect((await Promise.allSettled(waiting)).every(({ status }) => status === "rejected")).toBe(true);
    server.resume();
    await until("it answers again", async () => (await redis.probe()) === undefined);
    expect(lines.filter((line) => line.includes("is lost"))).toHaveLength(1);
    expect(lines.join("\n")).toContain("does not answer any more");
  });

  test("lets what must not be lost be tried for about half a minute, or until it is not wanted", async () => {
    server.hang();
    const controller = new AbortController();
    const wanted = redis.runWithRetry((client) => client.set("a", 1));
    const unwanted = redis.runWithRetry((client) => client.set("b", 1), controller.signal);
    setTimeout(() => controller.abort(new Error("not wanted")), 1_000);
    expect(await duration(unwanted)).toBeLessThan(1_500);
    expect(await duration(wanted)).toBeLessThan(36_000);
    await expect(unwanted).rejects.toThrow("not wanted");
    await expect(wanted).rejects.toThrow("does not answer");
  });
});

describe("a lock", () => {
  test("that was taken without the answer having come is held by who asked for it", async () => {
    await server.command("CLIENT", "PAUSE", "6500", "ALL");
    const taking = locks.acquire("stalled");
    expect(await duration(taking)).toBeLessThan(10_000);
    await (await taking)();
    expect(lines.join("\n")).not.toContain("Another replica");
    expect(await keys()).toEqual([]);
  });

  test("that was asked for and is no longer wanted is held by nobody", async () => {
    const controller = new AbortController();
    server.hang();
    const taking = locks.acquire("unwanted", controller.signal);
    setTimeout(() => controller.abort(new Error("cancelled")), 500);
    expect(await duration(taking)).toBeLessThan(1_000);
    await Bun.sleep(SILENCE_MS + 2_000);
    server.resume();
    const next = locks.acquire("unwanted");
    expect(await duration(next)).toBeLessThan(5_000);
    await (await next)();
    await until("nobody holds it", async () => JSON.stringify(await keys()) === "[]");
  });

  test("is let go at once while Redis hangs, and is free for others soon after", async () => {
    const release = await locks.acquire("released");
    server.hang();
    expect(await duration(release())).toBeLessThan(1_500);
    await Bun.sleep(SILENCE_MS + 1_000);
    server.resume();
    await until("nobody holds it", async () => JSON.stringify(await keys()) === "[]");
    await (await locks.acquire("released"))();
  });

  test("that somebody else holds since Redis was emptied is said to be lost", async () => {
    let lost = 0;
    const release = await locks.acquire("emptied", undefined, () => lost++);
    await server.command("SET", `${PREFIX}emptied`, "another's");
    await until("it is noticed", () => lost > 0);
    await release();
    expect(await server.command("GET", `${PREFIX}emptied`)).toBe("another's");
  });
});
