import { expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { directoryResult } from "./directory-result.ts";

const setting = (directory: string) => ({ directory, variable: "THE_DIRECTORY", purpose: "directory" });

test("a directory that exists is written to, and nothing is left in it", async () => {
  await using folder = await temporaryFolder();
  const { status, detail } = await directoryResult(setting(folder.path), { runsPrograms: true });
  expect([status, detail]).toEqual(["ok", expect.stringMatching(/^\/.+, [\d.,]+ [KMGT]iB free$/)]);
  expect(await readdir(folder.path)).toEqual([]);
});

test("one that does not exist yet is not made", async () => {
  await using folder = await temporaryFolder();
  const { status, detail } = await directoryResult(setting(join(folder.path, "a/b")));
  expect([status, detail]).toEqual(["ok", expect.stringContaining("a/b (will be made), ")]);
  expect(await readdir(folder.path)).toEqual([]);
});

test("what cannot be a directory names the setting to change", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "file");
  await Bun.write(file, "");
  await expect(directoryResult(setting(file))).rejects.toMatchObject({
    code: "not-a-directory",
    remedies: [expect.stringContaining("THE_DIRECTORY")],
  });
});
