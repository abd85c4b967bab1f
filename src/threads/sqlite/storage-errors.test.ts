import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { HumanMessage } from "@langchain/core/messages";
import { emptyCheckpoint } from "@langchain/langgraph-checkpoint";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { DatabaseHealth } from "../../shared/database-health.ts";
import { explained } from "../../shared/errors.ts";
import { ThreadError } from "../thread-error.ts";
import { openSqliteThreads } from "./index.ts";
import { SqliteCheckpointStorage } from "./sqlite-checkpoint-storage.ts";
import { withStorageErrors } from "./storage-errors.ts";

const PAGE_BYTES = 4096;
const thread = { configurable: { thread_id: "thread-1", checkpoint_ns: "" } };

async function write(threads: ReturnType<typeof openSqliteThreads>): Promise<void> {
  const messages = [new HumanMessage({ id: "1", content: "x".repeat(200_000) })];
  const checkpoint = { ...emptyCheckpoint(), channel_values: { messages }, channel_versions: { messages: 1 } };
  const saver = await threads.openSaver();
  await saver.put(thread, checkpoint, { source: "input", step: 0, parents: {} }, { messages: 1 });
}

/** Overwrites all of a database but its first page, as a broken disk may. */
async function damage(file: string): Promise<void> {
  const database = new Database(file);
  database.run("PRAGMA wal_checkpoint(TRUNCATE)");
  database.close();
  const { size } = await stat(file);
  await using handle = await open(file, "r+");
  await handle.write(Buffer.alloc(size - PAGE_BYTES, 0xa5), 0, size - PAGE_BYTES, PAGE_BYTES);
}

test("a damaged threads file is reported with its name and a remedy, and fails the health check", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "threads.db");
  const first = openSqliteThreads(folder.path);
  await write(first);
  expect(await first.check.check()).toBeUndefined();
  await first.close();
  await damage(file);

  const threads = openSqliteThreads(folder.path);
  const error = await (await threads.openSaver()).getTuple(thread).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ThreadError);
  expect(explained(error)).toMatch(
    /threads\.db cannot be used: it is damaged \(SQLITE_CORRUPT\w*\)\. Stop the program and move it away, with \S+\/threads\.db-wal.* Then send the message again\.$/,
  );
  for (let again = 0; again < 2; again++)
    expect(await threads.check.check()).toMatchObject({ status: "failed", reason: expect.stringContaining("damaged") });
  await threads.close();
});

test("errors are reported in the same way by a storage with a signal", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "threads.db");
  using database = new Database(file);
  const inner = new SqliteCheckpointStorage(database);
  const { signal } = new AbortController();
  const asked: AbortSignal[] = [];
  const withSignal = (given: AbortSignal) => {
    asked.push(given);
    return inner;
  };
  const storage = withStorageErrors(Object.assign(inner, { withSignal }), new DatabaseHealth(file, database));
  database.run("PRAGMA query_only = ON");
  const error = await storage
    .withSignal?.(signal)
    .deleteThread("thread-1")
    .catch((reason: unknown) => reason);
  expect(asked).toEqual([signal]);
  expect(error).toBeInstanceOf(ThreadError);
});
