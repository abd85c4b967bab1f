import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, symlink, truncate } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { FILE_SIZE_LIMIT, LISTING_LIMIT, OWN_DIRECTORY } from "../sandbox.ts";
import { listDirectory, readBytes, writeBytes } from "./files.ts";
import { removePath } from "./remove.ts";
import { Root } from "./root.ts";

/** A path in a folder, under the name by which an agent requested for it. */
const named = (folder: string, requested: string) => ({ real: join(folder, requested), requested });

describe("reading", () => {
  test("gives a file's bytes as they are", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    const bytes = new Uint8Array([0, 255, 10, 13]);
    await Bun.write(join(folder.path, "data"), bytes);
    expect(new Uint8Array(await readBytes(root, named(folder.path, "data")))).toEqual(bytes);
  });

  test("says by the name that was requested for what is not there, or is no file", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    await expect(readBytes(root, named(folder.path, "missing"))).rejects.toMatchObject({
      code: "not-found",
      message: "'missing' does not exist.",
    });
    await expect(readBytes(root, { real: folder.path, requested: "here" })).rejects.toMatchObject({
      code: "not-a-file",
      message: "'here' is a directory.",
    });
  });

  test("does not wait for a writer of a named pipe", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    expect(Bun.spawnSync(["mkfifo", join(folder.path, "pipe")]).exitCode).toBe(0);
    await expect(readBytes(root, named(folder.path, "pipe"))).rejects.toMatchObject({ code: "not-a-file" });
  });

  test("refuses a file that is too large to be read whole, and says what to do instead", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    const large = named(folder.path, "large");
    await Bun.write(large.real, "");
    await truncate(large.real, FILE_SIZE_LIMIT);
    expect(await readBytes(root, large)).toHaveLength(FILE_SIZE_LIMIT);
    await truncate(large.real, FILE_SIZE_LIMIT + 1);
    await expect(readBytes(root, large)).rejects.toMatchObject({
      code: "too-large",
      message: expect.stringContaining("execute"),
    });
  });
});

describe("writing", () => {
  test("makes the directories above, and replaces what was there whole", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    const file = named(folder.path, "a/b/file.txt");
    await writeBytes(root, file, "a long first text");
    await writeBytes(root, file, "short");
    expect(await Bun.file(file.real).text()).toBe("short");
  });

  test("refuses a directory", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    await expect(writeBytes(root, { real: folder.path, requested: "here" }, "x")).rejects.toMatchObject({
      code: "not-a-file",
    });
  });

  test("does not wait for a reader of a named pipe", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    expect(Bun.spawnSync(["mkfifo", join(folder.path, "pipe")]).exitCode).toBe(0);
    await expect(writeBytes(root, named(folder.path, "pipe"), "x")).rejects.toMatchObject({ code: "not-a-file" });
  });

  test("does not follow a link that was put in the file's place meanwhile", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    await Bun.write(join(folder.path, "target"), "untouched");
    await symlink(join(folder.path, "target"), join(folder.path, "link"));
    await expect(writeBytes(root, named(folder.path, "link"), "changed")).rejects.toThrow();
    expect(await Bun.file(join(folder.path, "target")).text()).toBe("untouched");
  });
});

describe("listing", () => {
  test("gives files and directories by name, without the runner's own directory", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    await mkdir(join(folder.path, "dir"));
    await mkdir(join(folder.path, OWN_DIRECTORY));
    await Bun.write(join(folder.path, "b.txt"), "12345");
    await Bun.write(join(folder.path, ".hidden"), "");
    const { items, truncated } = await listDirectory(root, { real: folder.path, requested: "." });
    expect(truncated).toBe(false);
    expect(items).toEqual([
      { path: join(folder.path, ".hidden"), isDirectory: false, size: 0, modifiedAt: expect.any(Date) },
      { path: join(folder.path, "b.txt"), isDirectory: false, size: 5, modifiedAt: expect.any(Date) },
      { path: join(folder.path, "dir"), isDirectory: true, size: 0, modifiedAt: expect.any(Date) },
    ]);
  });

  test("ends at a limit and says so", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    // Directories, since making them is quicker than making files.
    const { exitCode } = Bun.spawnSync(["sh", "-c", `seq ${LISTING_LIMIT + 1} | xargs mkdir`], { cwd: folder.path });
    expect(exitCode).toBe(0);
    const { items, truncated } = await listDirectory(root, { real: folder.path, requested: "." });
    expect(items).toHaveLength(LISTING_LIMIT);
    expect(truncated).toBe(true);
  });

  test("refuses what is no directory or not there", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    await Bun.write(join(folder.path, "file"), "");
    await expect(listDirectory(root, named(folder.path, "file"))).rejects.toMatchObject({ code: "not-a-directory" });
    await expect(listDirectory(root, named(folder.path, "missing"))).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("removing", () => {
  test("takes a directory with all that is in it, but not what its links point to", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    await Bun.write(join(folder.path, "kept.txt"), "kept");
    await Bun.write(join(folder.path, "dir/deep/file.txt"), "");
    await symlink(join(folder.path, "kept.txt"), join(folder.path, "dir/link"));
    await removePath(root, named(folder.path, "dir"));
    expect(existsSync(join(folder.path, "dir"))).toBe(false);
    expect(await Bun.file(join(folder.path, "kept.txt")).text()).toBe("kept");
  });

  test("refuses what is not there", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    await expect(removePath(root, named(folder.path, "missing"))).rejects.toMatchObject({ code: "not-found" });
  });
});
