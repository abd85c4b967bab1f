import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { END, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import { createLogger } from "../../src/log/index.ts";
import { RedisConnection } from "../../src/redis/index.ts";
import { SecretMask } from "../../src/shared/secret-mask.ts";
import { eventsStream, RedisSink } from "../../src/status/redis/index.ts";
import { AgentExecutionStatusSchema } from "../../src/stigmer/index.ts";
import type { ThreadStore } from "../../src/threads/index.ts";
import { redisThreads } from "../../src/threads/redis/index.ts";
import { pause, until } from "../support/eventually.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";
import { remembered, talk } from "../support/thread-stores.ts";

let lines: string[];
let server: TestRedis;
let redis: RedisConnection;
let threads: ThreadStore;
let sink: RedisSink;
beforeEach(async () => {
  lines = [];
  const write = (line: string) => lines.push(line);
  const log = createLogger({ level: "debug", format: "text", mask: new SecretMask(), write });
  server = await startRedis();
  redis = await RedisConnection.open(server.config, log);
  threads = redisThreads(redis, 600_000, log);
  sink = new RedisSink(redis, 600_000, log);
});
afterEach(async () => {
  redis.close();
  await server[Symbol.asyncDispose]();
});

const LOST = "has not answered for";
const connectionIsLost = () => until("the connection is lost", () => lines.some((line) => line.includes(LOST)));

/** Commands that wait for an answer. */
const commandsUnderWay = () =>
  redis.run(async (client) => (client as unknown as { commandQueue: { readonly length: number } }).commandQueue.length);

const send = (executionId: string, terminal = false) =>
  sink.deliver({ executionId, status: create(AgentExecutionStatusSchema), terminal });

describe("while Redis hangs", () => {
  test("the cleanup of an execution is retried for a shorter time than writes that must not be lost", async () => {
    const leave = await threads.acquire("thread", "aex-1", new AbortController().signal);
    await talk(threads, "thread", new HumanMessage("Hello"));
    server.hang();
    let isGivenUp = false;
    const important = redis
      .runWithRetry((client) => client.set("stigmer:x", 1))
      .catch(() => {
        isGivenUp = true;
      });
    const end = async () => {
      await threads.compact("thread").catch(() => undefined);
      await leave();
      await send("aex-1", true);
    };
    await end();
    expect(isGivenUp).toBe(false);
    server.resume();
    await important;
  });

  test("the agent's memory fails with a message after about half a minute", async () => {
    await talk(threads, "thread", new HumanMessage("Hello"));
    server.hang();
    const again = talk(threads, "thread", new HumanMessage("Again"));
    await expect(again).rejects.toThrow(/memory cannot be read or written: Redis at .*has not answered/);
  });

  test("a stopped run neither waits for its memory nor writes to it later", async () => {
    const controller = new AbortController();
    const answer = () => {
      server.hang();
      return { messages: [new AIMessage("Answer")] };
    };
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("answer", answer)
      .addEdge(START, "answer")
      .addEdge("answer", END)
      .compile({ checkpointer: await threads.openSaver() });
    const run = graph.invoke(
      { messages: [new HumanMessage("Hello")] },
      { configurable: { thread_id: "thread" }, signal: controller.signal },
    );
    await until("its memory is being written", async () => (await commandsUnderWay()) > 0);
    controller.abort(new Error("cancelled"));
    await expect(run).rejects.toThrow("cancelled");
    expect(lines.join("\n")).not.toContain(LOST);
    await connectionIsLost();
    server.resume();
    await until("it answers again", async () => (await redis.probe()) === undefined);
    // It would be tried again by now.
    await pause(5_000);
    expect(await remembered(threads, "thread")).not.toContain("Answer");
  });
});

describe("events while Redis hangs", () => {
  test("are dropped and counted with few in flight; the last event arrives when Redis answers again", async () => {
    await send("aex-1");
    server.hang();
    const began = Date.now();
    let sent = 1;
    // As an execution does: one after the other. Each connection is given up after 3 s.
    for (; Date.now() - began < 8_000; sent++) {
      await send("aex-1");
      await Bun.sleep(50);
    }
    expect(await commandsUnderWay()).toBeLessThan(20);
    // Waited for until it is taken, it would be dropped.
    await send("aex-1", true);
    server.resume();
    await until("the last one is there", async () => {
      const entries = (await server.command("XRANGE", eventsStream("aex-1"), "-", "+")) as [string, string[]][];
      return JSON.parse(entries.at(-1)?.[1].at(-1) ?? "{}").terminal === true;
    });
    const entries = (await server.command("XRANGE", eventsStream("aex-1"), "-", "+")) as [string, string[]][];
    const sequences = entries.map(([, fields]) => JSON.parse(fields.at(-1) ?? "{}").sequence as number);
    expect(sequences.at(-1)).toBe(sent + 1);
    expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b));
    // Those that were on their way when it stopped may have come all the same.
    expect(sequences.length).toBeLessThan(10);
    await until("the count is told", () => lines.some((line) => line.includes("dropped meanwhile")));
    expect(lines.join("\n")).toContain(`dropped meanwhile: ${sent - 1}`);
  });
});
