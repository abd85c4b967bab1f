import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import { HumanMessage } from "@langchain/core/messages";
import type { RedisConfig } from "../../src/config/index.ts";
import { silentLogger } from "../../src/log/index.ts";
import { RedisConnection, RedisError, RedisLocks } from "../../src/redis/index.ts";
import { eventsStream, RedisSink } from "../../src/status/redis/index.ts";
import { AgentExecutionStatusSchema } from "../../src/stigmer/index.ts";
import { redisThreads } from "../../src/threads/redis/index.ts";
import { collectedLog } from "../support/collected-log.ts";
import { pause, until } from "../support/eventually.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { remembered, talk } from "../support/thread-stores.ts";

const USER = "agent-runner";
const PASSWORD = "a password of the test";

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(() => {
  lines.length = 0;
});
const { log, lines } = collectedLog();

/** What a start fails with. */
async function failure(config: RedisConfig): Promise<RedisError> {
  const outcome = await RedisConnection.open(config, silentLogger).then(
    (redis) => redis.close(),
    (error: unknown) => error,
  );
  if (!(outcome instanceof RedisError)) throw new Error(`connecting ended with ${String(outcome)}`);
  return outcome;
}

const set = (name: string, value: string) => server.command("CONFIG", "SET", name, value);

/** What keeps Redis from taking writes, and what ends that. */
const CONDITIONS = [
  [
    "is a read-only replica",
    "read-only",
    () => server.command("REPLICAOF", "127.0.0.1", "1"),
    () => server.command("REPLICAOF", "NO", "ONE"),
  ],
  ["is full", "full", () => set("maxmemory", "1"), () => set("maxmemory", "0")],
  [
    "has too few replicas",
    "no-replicas",
    () => set("min-replicas-to-write", "1"),
    () => set("min-replicas-to-write", "0"),
  ],
] as const;

describe("a Redis that answers but rejects writes", () => {
  for (const [what, code, begin, end] of CONDITIONS) {
    test(`fails a start with its own cause when it ${what}`, async () => {
      await begin();
      try {
        const error = await failure(server.config);
        expect(error.code).toBe(code);
        expect(error.message).toContain("it rejects writes");
        expect(error.remedies).not.toBeEmpty();
      } finally {
        await end();
      }
    });

    test(`is reported when it ${what} later, and recovers by itself`, async () => {
      const redis = await RedisConnection.open(server.config, log);
      try {
        expect(await redis.probe()).toBeUndefined();
        await begin();
        await until("it is noticed", async () => (await redis.probe())?.message.includes("it rejects writes") === true);
        const problem = await redis.probe();
        expect(problem?.code).toBe(code);
        expect(problem?.remedies).not.toBeEmpty();
        await pause(1_500);
        await redis.probe();
        expect(lines.filter((line) => line.includes("is lost"))).toHaveLength(1);
        expect(lines.join("\n")).not.toContain("again");
        await end();
        await until("it has recovered", async () => (await redis.probe()) === undefined);
        expect(lines.filter((line) => line.includes("again"))).toHaveLength(1);
      } finally {
        await end();
        redis.close();
      }
    });
  }

  test("is reconnected to when it has become a replica", async () => {
    const redis = await RedisConnection.open(server.config, log);
    const id = () => redis.run((client) => client.client("ID"));
    const before = await id();
    await server.command("REPLICAOF", "127.0.0.1", "1");
    const writing = redis.runWithRetry((client) => client.set("stigmer:x", 1));
    await until("there is a new connection", async () => (await id().catch(() => before)) !== before);
    await server.command("REPLICAOF", "NO", "ONE");
    await writing;
    redis.close();
  });
});

describe("a start fails at a server that is not a single Redis, and says what to use instead", () => {
  test.each(["cluster", "sentinel"] as const)("a %s", async (mode) => {
    await using other = await startRedis({ mode });
    const passwords = [{}, { password: "not asked for" }];
    for (const config of [
      other.config,
      { ...other.config, db: 3 },
      ...passwords.map((more) => ({ ...other.config, ...more })),
    ]) {
      const error = await failure(config);
      expect(error.code).toBe(mode);
      expect(error.message).toContain(`it is a Redis ${mode === "cluster" ? "Cluster" : "Sentinel"}`);
    }
    if (mode === "cluster") {
      // Also one whose only node has all keys: the next one that is added takes some of them.
      await other.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
      expect((await failure(other.config)).code).toBe("cluster");
    }
    expect(new RedisError(mode, "").remedies.join()).toContain("primary");
  });
});

describe("a Redis user with few rights", () => {
  /** The rights that the remedy names. */
  const advised =
    /ACL SETUSER <user> ([^`]+)`/.exec(new RedisError("not-allowed", "").remedies.join(" "))?.[1]?.split(" ") ?? [];
  const user = (...rules: readonly string[]) =>
    server.command("ACL", "SETUSER", USER, "reset", "on", `>${PASSWORD}`, ...rules);
  const config = () => ({ ...server.config, username: USER, password: PASSWORD });

  test("can do everything with the rights that the remedy and the documentation name", async () => {
    expect(advised.length).toBeGreaterThan(5);
    const documentation = await Bun.file(new URL("../../docs/cloud.md", import.meta.url)).text();
    expect(documentation).toContain(advised.join(" "));
    await user(...advised);
    const redis = await RedisConnection.open(config(), log);
    try {
      expect(await redis.probe()).toBeUndefined();
      const release = await new RedisLocks(redis, "stigmer:lock:test:", log).acquire("one");
      await release();
      const threads = redisThreads(redis, 60_000, log);
      const signal = new AbortController().signal;
      await threads.announce("thread", "aex-1");
      const leave = await threads.acquire("thread", "aex-1", signal);
      const next = threads.acquire("thread", "aex-2", signal);
      await talk(threads, "thread", new HumanMessage("Hello"));
      await talk(threads, "thread", new HumanMessage("Again"));
      expect(await remembered(threads, "thread")).toHaveLength(4);
      await threads.compact("thread");
      await threads.delete("thread");
      await leave();
      await (await next)();
      const sink = new RedisSink(redis, 60_000, log);
      for (const terminal of [false, true])
        await sink.deliver({ executionId: "aex-1", status: create(AgentExecutionStatusSchema), terminal });
      expect(await server.command("XLEN", eventsStream("aex-1"))).toBe(2);
      expect(lines.filter((line) => !line.includes("aex-2 waits for "))).toEqual([]);
    } finally {
      redis.close();
    }
  });

  test("fails the start with the missing right and how to grant it", async () => {
    for (const rules of [
      ["~stigmer:*", "+@read", "+@connection"],
      [...advised, "-xadd"],
      [...advised, "-eval"],
      [...advised, "resetchannels"],
      [...advised, "resetkeys", "~stigmer:thread:*", "~stigmer:agent-runner:*"],
    ]) {
      await user(...rules);
      const error = await failure(config());
      expect([rules, error.code]).toEqual([rules, "not-allowed"]);
      expect(error.message).toContain("NOPERM");
      expect(error.message).not.toContain(PASSWORD);
    }
  });
});
