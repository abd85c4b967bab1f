import { expect, test } from "bun:test";
import { chmod, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { checkParents } from "./parents.ts";

test("a directory is trusted below sticky directories such as /tmp, but not if others can rename it", async () => {
  await using folder = await temporaryFolder();
  const parent = join(folder.path, "parent");
  const directory = join(parent, "own");
  await mkdir(directory, { recursive: true });
  await symlink(directory, join(folder.path, "link"));
  for (const mode of [0o700, 0o755, 0o1777]) {
    await chmod(parent, mode);
    await checkParents(directory);
  }
  for (const mode of [0o777, 0o775]) {
    await chmod(parent, mode);
    for (const path of [directory, join(folder.path, "link")])
      await expect(checkParents(path)).rejects.toThrow(`other users can change ${parent}`);
  }
});
