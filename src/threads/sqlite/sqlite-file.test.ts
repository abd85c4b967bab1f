import { Database } from "bun:sqlite";
import { afterEach, beforeEach, describe, expect, setSystemTime, test } from "bun:test";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { HumanMessage } from "@langchain/core/messages";
import { emptyCheckpoint } from "@langchain/langgraph-checkpoint";
import { collectedLog } from "../../../test/support/collected-log.ts";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { explained } from "../../shared/errors.ts";
import { DatabaseError } from "../../shared/open-database.ts";
import { ThreadError } from "../thread-error.ts";
import type { ThreadStore } from "../thread-store.ts";
import { openSqliteThreads } from "./index.ts";

const at = (thread: string) => ({ configurable: { thread_id: thread, checkpoint_ns: "" } });
const metadata = { source: "input", step: 0, parents: {} } as const;
const DAY_MS = 86_400_000;

async function write(threads: ThreadStore, thread: string, text = "hi"): Promise<void> {
  const messages = [new HumanMessage({ id: "1", content: text })];
  const checkpoint = { ...emptyCheckpoint(), channel_values: { messages }, channel_versions: { messages: 1 } };
  const saver = await threads.openSaver();
  await saver.put(at(thread), checkpoint, metadata, { messages: 1 });
}

afterEach(() => {
  setSystemTime();
});

describe("threads file", () => {
  const { log, lines } = collectedLog();
  beforeEach(() => {
    lines.length = 0;
  });

  test.each([
    ["a newer version", 99, "a newer version"],
    ["an earlier version", 1, "another version"],
    ["a version without a number", 0, "another version"],
  ])("written by %s is left unchanged, and this version uses a separate file", async (_, version, said) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "threads.db");
    const other = new Database(path, { create: true });
    other.run("CREATE TABLE channel_values (thread_id TEXT, value BLOB)");
    other.run("INSERT INTO channel_values VALUES ('thread-1', 'what it knows')");
    other.run(`PRAGMA user_version = ${version}`);
    other.close();
    const threads = openSqliteThreads(folder.path, log);
    expect(lines.join("")).toContain(`WARN - ${path} was written by ${said} of this program and is left unchanged`);
    await write(threads, "thread-1");
    await threads.close();
    const again = openSqliteThreads(folder.path, log);
    expect(lines.join("").match(/WARN/g)).toHaveLength(1);
    expect(await (await again.openSaver()).getTuple(at("thread-1"))).toBeDefined();
    await again.close();
    const kept = new Database(path);
    expect(kept.query("SELECT value FROM channel_values").all()).toEqual([{ value: "what it knows" }]);
    expect(kept.query("PRAGMA user_version").get()).toEqual({ user_version: version });
    kept.close();
  });

  /** Overwrites some of a file. */
  async function damage(path: string, from: number, bytes: number): Promise<void> {
    await using file = await open(path, "r+");
    await file.write(Buffer.alloc(bytes, 0x5a), 0, bytes, from);
  }

  test.each(["threads.db", "turns.db"])("%s is named with a remedy if it is damaged", async (name) => {
    for (const [from, bytes] of [
      [0, 4_096],
      [100, 3_000],
    ] as const) {
      await using folder = await temporaryFolder();
      const threads = openSqliteThreads(folder.path);
      await write(threads, "thread-1");
      await threads.close();
      const path = join(folder.path, name);
      await damage(path, from, bytes);
      const opening = () => openSqliteThreads(folder.path);
      expect(opening).toThrow(DatabaseError);
      expect(opening).toThrow(`The database ${path} cannot be used: it is damaged (`);
      expect(opening).toThrow(expect.objectContaining({ remedies: [expect.stringContaining(`${path}-wal`)] }));
    }
  });

  test("is closed if the queue's file cannot be opened", async () => {
    await using folder = await temporaryFolder();
    await openSqliteThreads(folder.path).close();
    await damage(join(folder.path, "turns.db"), 0, 4_096);
    expect(() => openSqliteThreads(folder.path)).toThrow(DatabaseError);
    // SQLite deletes the write-ahead log when the last connection is closed.
    expect((await readdir(folder.path)).filter((name) => name.startsWith("threads."))).toEqual(["threads.db"]);
  });

  test("fails the execution with its name and a remedy if damage is found while it is used", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "threads.db");
    const threads = openSqliteThreads(folder.path);
    for (let thread = 0; thread < 30; thread++) await write(threads, `thread-${thread}`, "x".repeat(10_000));
    await threads.close();
    const { size } = await stat(path);
    await damage(path, 2 * 4_096, size - 3 * 4_096);
    const damaged = openSqliteThreads(folder.path);
    const failure = await (await damaged.openSaver()).getTuple(at("thread-5")).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ThreadError);
    expect(explained(failure)).toContain(
      `The agent's memory is not available: The database ${path} cannot be used: it is damaged (`,
    );
    expect(explained(failure)).toContain("move it away");
    const listing = Array.fromAsync((await damaged.openSaver()).list({}));
    await expect(listing).rejects.toBeInstanceOf(ThreadError);
    await damaged.close();
  });

  test("shrinks after a thread was deleted", async () => {
    await using folder = await temporaryFolder();
    const threads = openSqliteThreads(folder.path);
    await write(threads, "thread-1", "x".repeat(2_000_000));
    await write(threads, "thread-2");
    await threads.delete("thread-1");
    await threads.close();
    expect((await stat(join(folder.path, "threads.db"))).size).toBeLessThan(200_000);
  });

  const usedDaysAgo = (folder: TemporaryFolder, thread: string, days: number) => {
    using database = new Database(join(folder.path, "threads.db"));
    database.run("UPDATE threads SET used_at = ? WHERE thread_id = ?", [Date.now() - days * DAY_MS, thread]);
  };
  const threadsIn = async (threads: ThreadStore) => {
    const checkpoints = await Array.fromAsync((await threads.openSaver()).list({}));
    return [...new Set(checkpoints.map(({ config }) => String(config.configurable?.["thread_id"])))].sort();
  };

  test("loses unused threads one day after they were first found unused", async () => {
    await using folder = await temporaryFolder();
    const threads = openSqliteThreads(folder.path);
    const all = ["thread-old", "thread-used", "ephemeral-agt-1-0a1b2c3d", "ephemeral-agt-1-running"];
    for (const thread of all) await write(threads, thread);
    usedDaysAgo(folder, "thread-old", 91);
    usedDaysAgo(folder, "thread-used", 80);
    usedDaysAgo(folder, "ephemeral-agt-1-0a1b2c3d", 2);
    for (let run = 0; run < 3; run++) await threads.compact("thread-used");
    expect(await threadsIn(threads)).toEqual(all.sort());
    setSystemTime(Date.now() + DAY_MS + 1);
    await write(threads, "ephemeral-agt-1-running");
    for (let run = 0; run < 3; run++) await threads.compact("thread-used");
    expect(await threadsIn(threads)).toEqual(["ephemeral-agt-1-running", "thread-used"]);
    await threads.close();
  });

  test("loses nothing if the clock is wrong for a while or a thread is used again", async () => {
    await using folder = await temporaryFolder();
    const threads = openSqliteThreads(folder.path);
    for (const thread of ["thread-1", "thread-2"]) await write(threads, thread);
    const now = Date.now();
    setSystemTime(now + 1_000 * DAY_MS);
    for (let run = 0; run < 5; run++) await threads.compact("thread-1");
    setSystemTime(now + 2 * DAY_MS);
    for (let run = 0; run < 5; run++) await threads.compact("thread-1");
    expect(await threadsIn(threads)).toEqual(["thread-1", "thread-2"]);
    setSystemTime(now + 91 * DAY_MS);
    await threads.compact("none");
    await write(threads, "thread-1");
    setSystemTime(now + 93 * DAY_MS);
    for (let run = 0; run < 3; run++) await threads.compact("none");
    expect(await threadsIn(threads)).toEqual(["thread-1"]);
    await threads.close();
  });
});
