import { expect, test } from "bun:test";
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { writeAtomically } from "./write-atomically.ts";

test("the file replaces an older one, and only its owner can read it", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "file");
  await Bun.write(path, "old");
  const { ino } = await stat(path);
  await writeAtomically(path, Buffer.from("new"));
  expect(await Bun.file(path).text()).toBe("new");
  const found = await stat(path);
  expect(found.mode & 0o777).toBe(0o500);
  // Who has loaded the old file keeps it.
  expect(found.ino).not.toBe(ino);
});

test("nothing is left of a file that could not be written", async () => {
  await using folder = await temporaryFolder();
  await mkdir(join(folder.path, "taken/by"), { recursive: true });
  await expect(writeAtomically(join(folder.path, "taken"), Buffer.from("new"))).rejects.toThrow();
  expect(await readdir(folder.path)).toEqual(["taken"]);
});
