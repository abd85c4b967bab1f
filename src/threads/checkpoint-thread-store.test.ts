import { describe, expect, test } from "bun:test";
import { emptyCheckpoint } from "@langchain/langgraph-checkpoint";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { openSqliteThreads } from "./sqlite/index.ts";
import type { ThreadStore } from "./thread-store.ts";

const at = (thread: string, namespace = "") => ({ configurable: { thread_id: thread, checkpoint_ns: namespace } });

async function write(threads: ThreadStore, thread: string, namespace = ""): Promise<void> {
  const checkpoint = { ...emptyCheckpoint(), channel_values: { messages: ["hi"] }, channel_versions: { messages: 1 } };
  const saver = await threads.openSaver();
  await saver.put(at(thread, namespace), checkpoint, { source: "input", step: 0, parents: {} }, { messages: 1 });
}

describe("threads in a file", () => {
  test("survive a restart of the runner", async () => {
    await using folder = await temporaryFolder();
    const before = openSqliteThreads(folder.path);
    await write(before, "thread-1");
    await before.close();
    const after = openSqliteThreads(folder.path);
    expect((await (await after.openSaver()).getTuple(at("thread-1")))?.checkpoint.channel_values).toEqual({
      messages: ["hi"],
    });
    await after.close();
  });

  test("can be used by several processes at once", async () => {
    await using folder = await temporaryFolder();
    const [one, two] = [openSqliteThreads(folder.path), openSqliteThreads(folder.path)];
    await write(one, "thread-1");
    expect(await (await two.openSaver()).getTuple(at("thread-1"))).toBeDefined();
    await one.close();
    await two.close();
  });

  test("lose the state of sub-agents when they are compacted", async () => {
    await using folder = await temporaryFolder();
    const threads = openSqliteThreads(folder.path);
    await write(threads, "thread-1");
    await write(threads, "thread-1", "tools:1");
    await write(threads, "thread-2", "tools:1");
    await threads.compact("thread-1");
    expect(await (await threads.openSaver()).getTuple(at("thread-1"))).toBeDefined();
    expect(await (await threads.openSaver()).getTuple(at("thread-1", "tools:1"))).toBeUndefined();
    expect(await (await threads.openSaver()).getTuple(at("thread-2", "tools:1"))).toBeDefined();
    await threads.close();
  });

  test("cannot be read after they were deleted", async () => {
    await using folder = await temporaryFolder();
    const threads = openSqliteThreads(folder.path);
    await write(threads, "thread-1");
    await threads.delete("thread-1");
    expect(await (await threads.openSaver()).getTuple(at("thread-1"))).toBeUndefined();
    await threads.close();
  });
});
