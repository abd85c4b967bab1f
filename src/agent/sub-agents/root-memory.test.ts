import { describe, expect, test } from "bun:test";
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
