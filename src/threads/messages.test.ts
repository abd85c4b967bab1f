import { Database } from "bun:sqlite";
import { beforeEach, describe, expect, test } from "bun:test";
import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { Send } from "@langchain/langgraph";
import { emptyCheckpoint, TASKS, uuid6 } from "@langchain/langgraph-checkpoint";
import { explained } from "../shared/errors.ts";
import { CheckpointSaver } from "./checkpoint-saver.ts";
import { SqliteCheckpointStorage } from "./sqlite/sqlite-checkpoint-storage.ts";

let database: Database;
let storage: SqliteCheckpointStorage;
let saver: CheckpointSaver;
beforeEach(() => {
  database = new Database(":memory:", { strict: true });
  storage = new SqliteCheckpointStorage(database);
  saver = new CheckpointSaver(storage, 2);
});

const LONG = "x".repeat(10_000);
const thread = { configurable: { thread_id: "thread-1", checkpoint_ns: "" } };

/** Puts the next checkpoint, with all channels changed. */
async function put(step: number, values: Record<string, unknown>, by: CheckpointSaver = saver) {
  const versions = Object.fromEntries(Object.keys(values).map((channel) => [channel, step]));
  const checkpoint = { ...emptyCheckpoint(), id: uuid6(step), channel_values: values, channel_versions: versions };
  return await by.put(thread, checkpoint, { source: "loop", step, parents: {} }, versions);
}

async function stored(by: CheckpointSaver = saver): Promise<Record<string, unknown>> {
  return (await by.getTuple(thread))?.checkpoint.channel_values ?? {};
}

function number(sql: string): number {
  return database.query<{ found: number }, []>(`SELECT ${sql} AS found`).get()?.found ?? 0;
}

const parts = () => number("(SELECT count(*) FROM parts)");

describe("stored messages", () => {
  test("are stored once, however many steps contain them", async () => {
    const messages: BaseMessage[] = [];
    for (let step = 1; step <= 100; step++) {
      messages.push(new HumanMessage({ id: `m${step}`, content: `${step} ${LONG}` }));
      const state = { messages: [...messages] };
      const config = await put(step, state);
      await saver.putWrites(config, [[TASKS, new Send("tools", { ...state, call: step })]], `task-${step}`);
    }
    expect(parts()).toBe(100);
    const rest = number("(SELECT sum(length(value)) FROM channel_values) + (SELECT sum(length(value)) FROM writes)");
    expect(rest).toBeLessThan(LONG.length);
    expect(await stored()).toEqual({ messages });
  });

  test("are stored again after they were changed in place", async () => {
    const message = new AIMessage({ content: "before", additional_kwargs: { deep: { list: [1, 2] } } });
    await put(1, { messages: [message] });
    // As LangGraph does with messages that have no id.
    message.id = "given-later";
    message.lc_kwargs["id"] = "given-later";
    await put(2, { messages: [message] });
    expect(((await stored())["messages"] as BaseMessage[])[0]?.id).toBe("given-later");
    (message.additional_kwargs["deep"] as { list: number[] }).list.push(3);
    await put(3, { messages: [message] });
    const [found] = (await stored())["messages"] as BaseMessage[];
    expect(found?.additional_kwargs).toEqual({ deep: { list: [1, 2, 3] } });
    message.content = "after";
    await put(4, { messages: [message] });
    expect(((await stored())["messages"] as BaseMessage[])[0]?.text).toBe("after");
  });

  test("are deleted when they were removed or replaced", async () => {
    const [old, kept] = [new HumanMessage({ id: "1", content: "old" }), new HumanMessage({ id: "2", content: "kept" })];
    await put(1, { messages: [old, kept] });
    for (const step of [2, 3, 4]) await put(step, { messages: [new AIMessage({ id: "1", content: "new" }), kept] });
    await storage.sweep("thread-1");
    expect(parts()).toBe(2);
    expect(((await stored())["messages"] as BaseMessage[]).map((message) => message.text)).toEqual(["new", "kept"]);
  });

  test("are deleted during a long run that replaces them in every step", async () => {
    for (let step = 1; step <= 500; step++)
      await put(step, { messages: [new AIMessage({ id: "1", content: `${step}` })] });
    expect(parts()).toBeLessThan(100);
  });

  test("are stored again after another process deleted them", async () => {
    const messages = [new HumanMessage({ id: "1", content: "mine" })];
    await put(1, { messages });
    const other = new CheckpointSaver(new SqliteCheckpointStorage(database), 2);
    for (const step of [2, 3]) await put(step, { messages: [new HumanMessage({ id: "2", content: "theirs" })] }, other);
    await storage.sweep("thread-1");
    await put(4, { messages: [...messages, new AIMessage({ id: "3", content: "answer" })] });
    expect(((await stored(other))["messages"] as BaseMessage[]).map((message) => message.text)).toEqual([
      "mine",
      "answer",
    ]);
  });

  test("are named with a remedy if the store has lost them", async () => {
    await put(1, { messages: [new HumanMessage({ id: "1", content: "lost" })] });
    database.run("DELETE FROM parts");
    const error = await saver.getTuple(thread).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "damaged" });
    expect(explained(error)).toEndWith("messages of the thread thread-1 are missing. Start a new session.");
  });

  test("of different threads are separate", async () => {
    const messages = [new HumanMessage({ id: "1", content: "shared" })];
    await put(1, { messages });
    const checkpoint = { ...emptyCheckpoint(), channel_values: { messages }, channel_versions: { messages: 1 } };
    const there = { configurable: { thread_id: "thread-2", checkpoint_ns: "" } };
    await saver.put(there, checkpoint, { source: "loop", step: 1, parents: {} }, { messages: 1 });
    await saver.deleteThread("thread-1");
    expect((await saver.getTuple(there))?.checkpoint.channel_values).toEqual({ messages });
    await saver.deleteThread("thread-2");
    expect(parts()).toBe(0);
  });
});

describe("stored values", () => {
  test("are read back unchanged, wherever they contain messages", async () => {
    const message = new ToolMessage({ id: "t", tool_call_id: "c", content: LONG, artifact: { failure: "x" } });
    const values = {
      list: [message, "text", message, { inner: [message] }, null],
      single: message,
      nested: { a: { b: [[message], []] }, map: new Map([["k", 1]]) },
      sends: [new Send("tools", { messages: [message], files: { "/a": { content: ["x"] } } })],
      plain: { list: [1, 2, 3] },
    };
    await put(1, values);
    expect(parts()).toBe(1);
    const { sends, ...rest } = await stored();
    const { sends: sent, ...others } = values;
    expect(rest).toEqual(others);
    expect(sends).toEqual(sent.map(({ node, args }) => ({ node, args })));
    expect((rest["single"] as BaseMessage).constructor).toBe(ToolMessage);
  });

  test("are read back unchanged if they look like placeholders of messages", async () => {
    const values = { files: { "stigmer:messages": [0, 1], message: new HumanMessage({ id: "1", content: "hi" }) } };
    await put(1, values);
    expect(await stored()).toEqual(values);
  });
});
