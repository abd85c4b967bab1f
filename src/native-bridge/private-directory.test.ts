import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chown, mkdir, readdir, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { type TemporaryFolder, temporaryFolder } from "../../test/support/temporary-folder.ts";
import { withoutRoot } from "../../test/support/without-root.ts";
import { ensurePrivateDirectory } from "./private-directory.ts";

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const ensure = (directory: string, createParents = true) =>
  ensurePrivateDirectory({ setting: "STIGMER_DATA_DIR", directory, createParents });
const permissions = async (path: string) => (await stat(path)).mode & 0o777;

describe("a private directory", () => {
  test("is created with its parents, for this user only", async () => {
    const directory = join(folder.path, "new/parent/own");
    await ensure(directory);
    expect(await permissions(directory)).toBe(0o700);
  });

  test("that others can read or write is limited to this user", async () => {
    for (const mode of [0o777, 0o755, 0o750]) {
      const directory = join(folder.path, mode.toString(8));
      await mkdir(directory);
      await Bun.spawn(["chmod", mode.toString(8), directory]).exited;
      await ensure(directory);
      expect(await permissions(directory)).toBe(0o700);
    }
  });

  test("is not created if its parent is missing and must not be created", async () => {
    await expect(ensure(join(folder.path, "missing/own"), false)).rejects.toMatchObject({ code: "ENOENT" });
    expect(await readdir(folder.path)).not.toContain("missing");
  });

  test("is neither a link to a directory nor a file", async () => {
    const target = join(folder.path, "target");
    await mkdir(target, 0o755);
    await symlink(target, join(folder.path, "link"));
    await Bun.write(join(folder.path, "file"), "");
    for (const name of ["link", "file"]) await expect(ensure(join(folder.path, name))).rejects.toThrow();
    expect(await permissions(target)).toBe(0o755);
  });

  test("that belongs to another user is refused", async () => {
    const directory = join(folder.path, "foreign");
    await mkdir(directory);
    if (process.geteuid?.() === 0) {
      await chown(directory, 1234, 1234);
      await expect(ensure(directory)).rejects.toThrow("it belongs to another user (1234)");
    } else {
      // Only root can give a directory away; root's own are there for everybody.
      await expect(ensure("/usr/bin")).rejects.toThrow("it belongs to another user (0)");
    }
  });

  test("that this user may not create is the system's error", async () => {
    await withoutRoot(async () => {
      await expect(ensure("/usr/native-bridge")).rejects.toMatchObject({ code: "EACCES" });
    });
  });
});
