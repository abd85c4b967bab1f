import { Database } from "bun:sqlite";
import { beforeEach, describe, expect, test } from "bun:test";
import { type Checkpoint, emptyCheckpoint, uuid6 } from "@langchain/langgraph-checkpoint";
import { CheckpointSaver } from "./checkpoint-saver.ts";
import type { CheckpointRow } from "./checkpoint-storage.ts";
import { SqliteCheckpointStorage } from "./sqlite/sqlite-checkpoint-storage.ts";

const KEEP = 2;

let database: Database;
let saver: CheckpointSaver;
beforeEach(() => {
  database = new Database(":memory:", { strict: true });
  saver = new CheckpointSaver(new SqliteCheckpointStorage(database), KEEP);
});

interface Place {
  readonly thread: string;
  readonly namespace?: string;
}

const at = ({ thread, namespace = "" }: Place, id?: string) => ({
  configurable: { thread_id: thread, checkpoint_ns: namespace, ...(id === undefined ? {} : { checkpoint_id: id }) },
});

/** The number of rows in a table. */
function rows(table: "checkpoints" | "channel_values" | "writes"): number {
  return database.query<{ count: number }, []>(`SELECT count(*) AS count FROM ${table}`).get()?.count ?? 0;
}

/** Puts checkpoints one after the other, as a run does: one channel changes each time, the other only at first. */
async function run(place: Place, steps: number): Promise<string[]> {
  const ids: string[] = [];
  for (let step = 1; step <= steps; step++) {
    const checkpoint: Checkpoint = {
      ...emptyCheckpoint(),
      id: uuid6(step),
      channel_values: { messages: [`message ${step}`], fixed: "always" },
      channel_versions: { messages: step, fixed: 1 },
    };
    const changed = step === 1 ? { messages: step, fixed: 1 } : { messages: step };
    const config = at(place, ids.at(-1));
    const written = await saver.put(config, checkpoint, { source: "loop", step, parents: {} }, changed);
    await saver.putWrites(written, [["messages", `write ${step}`]], `task-${step}`);
    ids.push(checkpoint.id);
  }
  return ids;
}

async function idsOf(place: Place): Promise<string[]> {
  return (await Array.fromAsync(saver.list(at(place)))).map(({ checkpoint }) => checkpoint.id);
}

const thread: Place = { thread: "thread-1" };

describe("checkpoints of a thread", () => {
  test("return the newest state, including channels that changed long ago", async () => {
    const ids = await run(thread, 6);
    const tuple = await saver.getTuple(at(thread));
    expect(tuple?.checkpoint).toMatchObject({
      id: ids.at(-1),
      channel_values: { messages: ["message 6"], fixed: "always" },
    });
    expect(tuple?.pendingWrites).toEqual([["task-6", "messages", "write 6"]]);
    expect(tuple?.metadata).toMatchObject({ source: "loop", step: 6 });
    expect(tuple?.parentConfig).toEqual(at(thread, ids.at(-2)));
  });

  test("are kept for the newest steps only", async () => {
    const ids = await run(thread, 6);
    expect(await idsOf(thread)).toEqual(ids.slice(-KEEP).reverse());
    expect(await saver.getTuple(at(thread, ids[0]))).toBeUndefined();
    expect(rows("checkpoints")).toBe(KEEP);
  });

  test("are deleted together with the values and writes that only they used", async () => {
    await run(thread, 6);
    // The messages of both checkpoints that are kept, and the value that they share.
    expect(rows("channel_values")).toBe(KEEP + 1);
    expect(rows("writes")).toBe(KEEP);
  });

  test("allow going back to the one before the newest", async () => {
    const ids = await run(thread, 6);
    const tuple = await saver.getTuple(at(thread, ids.at(-2)));
    expect(tuple?.checkpoint.channel_values).toEqual({ messages: ["message 5"], fixed: "always" });
    expect(tuple?.pendingWrites).toEqual([["task-5", "messages", "write 5"]]);
  });

  test("do not accumulate in the store, however long the run", async () => {
    await run(thread, 5);
    const before = [rows("checkpoints"), rows("channel_values"), rows("writes")];
    await run({ thread: "thread-2" }, 50);
    const after = [rows("checkpoints"), rows("channel_values"), rows("writes")];
    expect(after).toEqual(before.map((count) => count * 2));
  });
});

describe("checkpoints of sub-graphs", () => {
  test("do not evict those of the thread", async () => {
    const places: Place[] = [thread, { thread: "thread-2" }, { thread: "thread-1", namespace: "tools:1" }];
    const ids = new Map<Place, string[]>();
    for (const place of places) ids.set(place, await run(place, 3));
    for (const place of places) {
      expect(await idsOf(place)).toEqual((ids.get(place) ?? []).slice(-KEEP).reverse());
      const tuple = await saver.getTuple(at(place));
      expect(tuple?.checkpoint.channel_values).toEqual({ messages: ["message 3"], fixed: "always" });
    }
  });

  test("are deleted completely with their thread, and no others are", async () => {
    await run(thread, 3);
    await run({ thread: "thread-1", namespace: "tools:1" }, 3);
    await run({ thread: "thread-2" }, 3);
    await saver.deleteThread("thread-1");
    expect(await saver.getTuple(at(thread))).toBeUndefined();
    expect([rows("checkpoints"), rows("channel_values"), rows("writes")]).toEqual([KEEP, KEEP + 1, KEEP]);
    expect(await saver.getTuple(at({ thread: "thread-2" }))).toBeDefined();
  });
});

describe("a checkpoint that another process deletes while it is read", () => {
  /** Runs `meanwhile` once, before the given part of a checkpoint is read. */
  function openInterrupted(part: "values" | "writes", meanwhile: () => Promise<unknown>): CheckpointSaver {
    const storage = new SqliteCheckpointStorage(database);
    const read = storage[part].bind(storage) as (row: CheckpointRow) => Promise<never>;
    let interrupted = false;
    const interruptedRead = async (row: CheckpointRow) => {
      if (!interrupted) {
        interrupted = true;
        await meanwhile();
      }
      return await read(row);
    };
    return new CheckpointSaver(Object.assign(storage, { [part]: interruptedRead }), KEEP);
  }

  test.each(["values", "writes"] as const)("is replaced by the newest one, with all its %s", async (part) => {
    await run(thread, 2);
    const reader = openInterrupted(part, () => run(thread, 5));
    const tuple = await reader.getTuple(at(thread));
    expect(tuple?.checkpoint.channel_values).toEqual({ messages: ["message 5"], fixed: "always" });
    expect(tuple?.pendingWrites).toEqual([["task-5", "messages", "write 5"]]);
  });

  test("does not exist if it was asked for by its id, or if its thread was deleted", async () => {
    const ids = await run(thread, 2);
    const pinned = openInterrupted("values", () => run(thread, 5));
    expect(await pinned.getTuple(at(thread, ids[0]))).toBeUndefined();
    const deleted = openInterrupted("values", () => saver.deleteThread("thread-1"));
    expect(await deleted.getTuple(at(thread))).toBeUndefined();
  });
});

test("a checkpoint is stored even if the store fails to delete unused messages", async () => {
  let failed = 0;
  const sweep = async () => {
    failed++;
    throw new Error("the store is gone");
  };
  saver = new CheckpointSaver(Object.assign(new SqliteCheckpointStorage(database), { sweep }), KEEP);
  const ids = await run(thread, 200);
  expect(failed).toBeGreaterThan(0);
  expect((await saver.getTuple(at(thread)))?.checkpoint.id).toBe(ids.at(-1));
});

test("a write that is already stored is not stored twice", async () => {
  const [id] = await run(thread, 1);
  await saver.putWrites(at(thread, id), [["messages", "again"]], "task-1");
  expect((await saver.getTuple(at(thread)))?.pendingWrites).toEqual([["task-1", "messages", "write 1"]]);
});
