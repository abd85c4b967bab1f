import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { HumanMessage } from "@langchain/core/messages";
import { emptyCheckpoint } from "@langchain/langgraph-checkpoint";
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

describe("writes in Redis whose checkpoint was never stored", () => {
  const keys = () => server.command("KEYS", "stigmer:thread:*");

  async function writeEarly(): Promise<void> {
    const configurable = { thread_id: "used", checkpoint_ns: "", checkpoint_id: emptyCheckpoint().id };
    const saver = await threads.store.openSaver();
    await saver.putWrites({ configurable }, [["messages", [new HumanMessage("early")]]], "task-1");
  }

  test("are deleted once newer checkpoints are kept", async () => {
    await writeEarly();
    const early = (await keys()) as string[];
    for (const text of ["Hello", "Again"]) await talk(threads.store, "used", new HumanMessage(text));
    const later = (await keys()) as string[];
    expect(early.filter((key) => key.includes(":writes:"))).toHaveLength(1);
    expect(later.filter((key) => key.includes(":writes:") && early.includes(key))).toEqual([]);
    await threads.store.compact("used");
    expect(await remembered(threads.store, "used")).toEqual(["Hello", "Answer 1", "Again", "Answer 3"]);
  });

  test("are deleted with their thread", async () => {
    await writeEarly();
    await threads.store.delete("used");
    expect(await keys()).toEqual([]);
  });
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
