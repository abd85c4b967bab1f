import { expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { DatabaseHealth } from "./database-health.ts";
import { openDatabase } from "./open-database.ts";

async function database() {
  const folder = await temporaryFolder();
  const file = join(folder.path, "test.db");
  const opened = openDatabase(file);
  opened.run("CREATE TABLE entries (text TEXT)");
  return {
    file,
    opened,
    health: new DatabaseHealth(file, opened),
    write: () => opened.query("INSERT INTO entries VALUES (?)").run("x".repeat(100_000)),
    [Symbol.asyncDispose]: async () => {
      opened.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

function failureOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

test("a database that cannot be written has failed until it can", async () => {
  await using test = await database();
  expect(test.health.check()).toBeUndefined();
  // As on a read-only disk.
  test.opened.run("PRAGMA query_only = ON");
  const failure = test.health.failed(failureOf(test.write));
  const reason = `The database ${test.file} cannot be used: it is read-only (SQLITE_READONLY).`;
  expect(failure?.message).toBe(reason);
  expect(test.health.check()).toEqual({ status: "failed", reason, remedies: failure?.remedies ?? [] });
  test.opened.run("PRAGMA query_only = OFF");
  expect(test.health.check()).toBeUndefined();
});

test("a full one is told as such", async () => {
  await using test = await database();
  test.opened.run("PRAGMA max_page_count = 4");
  expect(test.health.failed(failureOf(test.write))?.message).toContain("the disk is full (SQLITE_FULL)");
});

test("one whose file is gone is degraded: it works, but nothing of it lasts", async () => {
  await using test = await database();
  await rm(test.file);
  test.write();
  expect(test.health.check()).toMatchObject({ status: "degraded", reason: expect.stringContaining(test.file) });
});

test("errors about something else, and locks that pass, are not remembered", async () => {
  await using test = await database();
  expect(test.health.failed(failureOf(() => test.opened.run("SELECT nonsense")))).toBeUndefined();
  expect(test.health.failed(Object.assign(new Error("denied"), { code: "EACCES" }))).toBeUndefined();
  expect(test.health.failed(Object.assign(new Error("locked"), { code: "SQLITE_BUSY" }))?.message).toContain("locked");
  expect(test.health.check()).toBeUndefined();
});
