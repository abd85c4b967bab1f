import { expect, test } from "bun:test";
import { chmod, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { withoutRoot } from "../../test/support/without-root.ts";
import { checkDirectory } from "./directory-check.ts";

test("a writable directory passes, and repeated checks leave one small file", async () => {
  await using folder = await temporaryFolder();
  for (let again = 0; again < 3; again++) expect(await checkDirectory(folder.path)).toBeUndefined();
  expect(await readdir(folder.path)).toEqual([".writable"]);
});

test("an unwritable or missing directory fails with its name and a remedy", async () => {
  await using folder = await temporaryFolder();
  await chmod(folder.path, 0o755);
  const directory = join(folder.path, "data");
  await mkdir(directory, { mode: 0o555 });
  const problem = await withoutRoot(() => checkDirectory(directory));
  expect(problem).toEqual({
    status: "failed",
    reason: expect.stringContaining(`${directory} cannot be used: this user may not write it (EACCES).`),
    remedies: [expect.stringMatching(/^Give/)],
  });
  expect(await checkDirectory(join(folder.path, "gone"))).toMatchObject({
    status: "failed",
    reason: expect.stringContaining("is not there any more (ENOENT)"),
  });
});
