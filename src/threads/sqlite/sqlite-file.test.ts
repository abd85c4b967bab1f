import { Database } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { HumanMessage } from "@langchain/core/messages";
import { emptyCheckpoint } from "@langchain/langgraph-checkpoint";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { createLogger } from "../../log/index.ts";
import { SecretMask } from "../../shared/secret-mask.ts";
import type { ThreadStore } from "../thread-store.ts";
import { openSqliteThreads } from "./index.ts";

const at = (thread: string) => ({ configurable: { thread_id: thread, checkpoint_ns: "" } });
const metadata = { source: "input", step: 0, parents: {} } as const;
const DAY_MS = 86_400_000;

async function write({ saver }: ThreadStore, thread: string, text = "hi"): Promise<void> {
  const messages = [new HumanMessage({ id: "1", content: text })];
  const checkpoint = { ...emptyCheckpoint(), channel_values: { messages }, channel_versions: { messages: 1 } };
  await saver.put(at(thread), checkpoint, metadata, { messages: 1 });
}

describe("the file of threads", () => {
  test("of another version is started anew, and the log says so", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "threads.db");
    const old = new Database(file, { create: true });
    old.run("CREATE TABLE channel_values (thread_id TEXT, value BLOB)");
    old.run("INSERT INTO channel_values VALUES ('thread-1', randomblob(1000000))");
    old.close();
    const lines: string[] = [];
    const log = createLogger({
      level: "warn",
      format: "text",
      mask: new SecretMask(),
      write: (text) => void lines.push(text),
    });
    const threads = openSqliteThreads(folder.path, log);
    expect(lines.join("")).toContain("started anew");
    expect(await threads.saver.getTuple(at("thread-1"))).toBeUndefined();
    await write(threads, "thread-1");
    await threads.close();
    const again = openSqliteThreads(folder.path, log);
    expect(lines).toHaveLength(1);
    expect(await again.saver.getTuple(at("thread-1"))).toBeDefined();
    await again.close();
    expect((await stat(file)).size).toBeLessThan(200_000);
  });

  test("becomes smaller again when a thread is deleted", async () => {
    await using folder = await temporaryFolder();
    const threads = openSqliteThreads(folder.path);
    await write(threads, "thread-1", "x".repeat(2_000_000));
    await write(threads, "thread-2");
    await threads.delete("thread-1");
    await threads.close();
    expect((await stat(join(folder.path, "threads.db"))).size).toBeLessThan(200_000);
  });

  test("loses threads that nobody will continue when others are tidied", async () => {
    await using folder = await temporaryFolder();
    const threads = openSqliteThreads(folder.path);
    for (const thread of ["thread-old", "thread-used", "ephemeral-agt-1-0a1b2c3d", "ephemeral-agt-1-running"])
      await write(threads, thread);
    const database = new Database(join(folder.path, "threads.db"));
    const used = (thread: string, days: number) =>
      database.run("UPDATE threads SET used_at = ? WHERE thread_id = ?", [Date.now() - days * DAY_MS, thread]);
    used("thread-old", 91);
    used("thread-used", 89);
    used("ephemeral-agt-1-0a1b2c3d", 2);
    database.close();
    await threads.tidy("thread-used");
    await threads.tidy("thread-used");
    const left = (await Array.fromAsync(threads.saver.list({}))).map(
      ({ config }) => config.configurable?.["thread_id"],
    );
    expect(left.sort()).toEqual(["ephemeral-agt-1-running", "thread-used"]);
    await threads.close();
  });
});
