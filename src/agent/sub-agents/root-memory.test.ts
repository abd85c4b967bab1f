import { describe, expect, test } from "bun:test";
import { ToolMessage } from "@langchain/core/messages";
import { emptyCheckpoint, MemorySaver } from "@langchain/langgraph-checkpoint";
import { RootMemory } from "./root-memory.ts";

const config = (namespace: string) => ({ configurable: { thread_id: "t", checkpoint_ns: namespace } });
const metadata = { source: "loop", step: 1, parents: {} } as const;

describe("the memory of the main agent", () => {
  test("is stored and read as it is", async () => {
    const memory = new RootMemory(new MemorySaver());
    const checkpoint = emptyCheckpoint();
    const stored = await memory.put(config(""), checkpoint, metadata, {});
    await memory.putWrites(stored, [["messages", "x"]], "task");
    expect(await memory.getTuple(config(""))).toMatchObject({
      checkpoint: { id: checkpoint.id },
      pendingWrites: [["task", "messages", "x"]],
    });
    expect(await Array.fromAsync(memory.list(config("")))).toHaveLength(1);
    await memory.deleteThread("t");
    expect(await memory.getTuple(config(""))).toBeUndefined();
  });

  test("knows the results of calls that its last run did not take in, unless they changed more than the conversation", async () => {
    const memory = new RootMemory(new MemorySaver());
    const result = (id: string) => new ToolMessage({ content: id, tool_call_id: id });
    const stored = await memory.put(config(""), emptyCheckpoint(), metadata, {});
    await memory.putWrites(stored, [["messages", [result("a")]]], "one");
    await memory.putWrites(
      stored,
      [
        ["messages", [result("b")]],
        ["todos", []],
      ],
      "two",
    );
    await memory.getTuple(config(""));
    await memory.getTuple(config("tools:1"));
    expect(memory.finishedCalls.map(({ text }) => text)).toEqual(["a"]);
  });

  test("contains nothing of sub-agents", async () => {
    const saver = new MemorySaver();
    const memory = new RootMemory(saver);
    const checkpoint = emptyCheckpoint();
    const stored = await memory.put(config("tools:1"), checkpoint, metadata, {});
    expect(stored.configurable).toMatchObject({ checkpoint_ns: "tools:1", checkpoint_id: checkpoint.id });
    await memory.putWrites(stored, [["messages", "x"]], "task");
    expect(await memory.getTuple(config("tools:1"))).toBeUndefined();
    expect(await Array.fromAsync(memory.list(config("tools:1")))).toEqual([]);
    expect([saver.storage, saver.writes]).toEqual([{}, {}]);
  });
});
