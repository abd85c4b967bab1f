import { expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { openDatabase } from "./open-database.ts";
import { storageFailure } from "./storage-failure.ts";

const coded = (code: string) => Object.assign(new Error("raw"), { code });

test.each([
  ["SQLITE_FULL", "the disk is full"],
  ["ENOSPC", "the disk is full"],
  ["EDQUOT", "the disk quota is used up"],
  ["SQLITE_READONLY_DBMOVED", "it is read-only"],
  ["EROFS", "it is read-only"],
  ["SQLITE_CANTOPEN", "this user may not write it"],
  ["EACCES", "this user may not write it"],
  ["SQLITE_IOERR_WRITE", "the disk reports an error"],
  ["SQLITE_CORRUPT_VTAB", "it is damaged"],
  ["SQLITE_NOTADB", "it is damaged"],
  ["SQLITE_BUSY", "another process keeps it locked"],
])("%s is told as what it is, with a remedy", (code, what) => {
  const trouble = storageFailure(new Error("wrapped", { cause: coded(code) }));
  expect(trouble).toMatchObject({ code, what });
  if (trouble === undefined) throw new Error("no trouble");
  expect(trouble.remedy("/data/x.db")).toMatch(/^[A-Z].*\.$/);
});

test("what is about something else is no trouble of storage", () => {
  for (const error of [new Error("x"), coded("ECONNREFUSED"), coded("SQLITE_CONSTRAINT_UNIQUE"), "text", undefined])
    expect(storageFailure(error)).toBeUndefined();
});

test("a directory that has the name of a database, or of a file beside it, is told as that", async () => {
  await using folder = await temporaryFolder();
  for (const [name, suffix, what] of [
    ["one.db", "", "it is a directory"],
    ["two.db", "-wal", `${folder.path}/two.db-wal is a directory`],
  ] as const) {
    const file = join(folder.path, name);
    await mkdir(`${file}${suffix}`);
    const opening = () => openDatabase(file);
    expect(opening).toThrow(`The database ${file} cannot be used: ${what} (SQLITE_`);
    expect(opening).toThrow(
      expect.objectContaining({ remedies: [expect.stringContaining(`Move the directory ${file}${suffix} away`)] }),
    );
  }
});
