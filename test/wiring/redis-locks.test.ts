import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { LOCK_TTL_MS, RedisConnection, RedisLocks } from "../../src/redis/index.ts";
import { collectedLog } from "../support/collected-log.ts";
import { pause, until } from "../support/eventually.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

const PREFIX = "test:lock:";
const { log, lines } = collectedLog();

let server: TestRedis;
let connections: RedisConnection[];
/** The locks of two replicas. */
let first: RedisLocks;
let second: RedisLocks;
beforeAll(async () => {
  server = await startRedis();
  connections = [await RedisConnection.open(server.config, log), await RedisConnection.open(server.config, log)];
  const [one, two] = connections.map((redis) => new RedisLocks(redis, PREFIX, log));
  if (one === undefined || two === undefined) throw new Error("unreachable");
  [first, second] = [one, two];
});
afterAll(async () => {
  for (const connection of connections) connection.close();
  await server[Symbol.asyncDispose]();
});

async function raw<T>(work: Parameters<RedisConnection["run"]>[0]): Promise<T> {
  return (await connections[0]?.run(work)) as T;
}

const holder = (name: string) => raw<string | null>((client) => client.get(`${PREFIX}${name}`));

describe("a lock", () => {
  test("has one holder at a time among many callers in two replicas", async () => {
    let holders = 0;
    let most = 0;
    const work = async (locks: RedisLocks) => {
      const release = await locks.acquire("one");
      most = Math.max(most, ++holders);
      await pause(2);
      holders--;
      await release();
    };
    await Promise.all(Array.from({ length: 20 }, (_, index) => work(index % 2 === 0 ? first : second)));
    expect(most).toBe(1);
    expect(await holder("one")).toBeNull();
  });

  test("does not block a lock of another name", async () => {
    const releases = await Promise.all([first.acquire("a"), second.acquire("b")]);
    for (const release of releases) await release();
  });

  test("expires when its holder no longer renews it", async () => {
    await raw((client) => client.set(`${PREFIX}dead`, "the token of a dead one", "PX", 300));
    const release = await second.acquire("dead");
    expect(await holder("dead")).not.toBe("the token of a dead one");
    await release();
  });

  test("lasts as long as it is held", async () => {
    const release = await first.acquire("kept");
    expect(await raw<number>((client) => client.pttl(`${PREFIX}kept`))).toBeGreaterThan(LOCK_TTL_MS / 2);
    // As if its time were nearly over: it is renewed before.
    await raw((client) => client.pexpire(`${PREFIX}kept`, 15_000));
    const renewed = async () => (await raw<number>((client) => client.pttl(`${PREFIX}kept`))) > 15_000;
    await until("it is renewed", renewed);
    await release();
  });

  test("is taken again when Redis has lost it", async () => {
    const release = await first.acquire("forgotten");
    await raw((client) => client.del(`${PREFIX}forgotten`));
    await until("it is there again", async () => (await holder("forgotten")) !== null);
    await release();
    expect(await holder("forgotten")).toBeNull();
  });

  test("that another holder has now is not taken from it", async () => {
    const release = await first.acquire("passed");
    await raw((client) => client.set(`${PREFIX}passed`, "another's"));
    await release();
    expect(await holder("passed")).toBe("another's");
    await raw((client) => client.del(`${PREFIX}passed`));
  });

  test("stops waiting when the signal aborts", async () => {
    const release = await first.acquire("busy");
    const controller = new AbortController();
    const waiting = second.acquire("busy", controller.signal);
    await until("it waits", () => lines.some((line) => line.includes(`${PREFIX}busy`)));
    const reason = new Error("no longer wanted");
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await release();
    // The place of the one that gave up is free.
    await (await second.acquire("busy"))();
  });
});
