import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { mkdir, symlink, truncate } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { FILE_SIZE_LIMIT, LISTING_LIMIT, OWN_DIRECTORY } from "../sandbox.ts";
import { listDirectory, readBytes, writeBytes } from "./files.ts";
import { removePath } from "./remove.ts";
import { Root } from "./root.ts";

/** A path in a folder, and the path as an agent would write it. */
const named = (folder: string, requested: string) => ({ real: join(folder, requested), requested });

describe("reading a file", () => {
  test("returns its bytes unchanged", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    const bytes = new Uint8Array([0, 255, 10, 13]);
    await Bun.write(join(folder.path, "data"), bytes);
    expect(new Uint8Array(await readBytes(root, named(folder.path, "data")))).toEqual(bytes);
  });

  test("fails with the requested name if the file is missing or not a file", async () => {
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

  test("does not wait for the writer of a named pipe", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    expect(Bun.spawnSync(["mkfifo", join(folder.path, "pipe")]).exitCode).toBe(0);
    await expect(readBytes(root, named(folder.path, "pipe"))).rejects.toMatchObject({ code: "not-a-file" });
  });

  test("refuses a file that is too large, and says what to do instead", async () => {
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

describe("writing a file", () => {
  test("creates the directories above it, and replaces the old content", async () => {
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

  test("does not wait for the reader of a named pipe", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    expect(Bun.spawnSync(["mkfifo", join(folder.path, "pipe")]).exitCode).toBe(0);
    await expect(writeBytes(root, named(folder.path, "pipe"), "x")).rejects.toMatchObject({ code: "not-a-file" });
  });

  test("does not follow a link that replaced the file meanwhile", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    await Bun.write(join(folder.path, "target"), "untouched");
    await symlink(join(folder.path, "target"), join(folder.path, "link"));
    await expect(writeBytes(root, named(folder.path, "link"), "changed")).rejects.toThrow();
    expect(await Bun.file(join(folder.path, "target")).text()).toBe("untouched");
  });
});

describe("listing a directory", () => {
  test("returns files and directories by name, without the runner's own directory", async () => {
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

  test("stops at the limit and says so", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    // Creating directories is quicker than creating files.
    const { exitCode } = Bun.spawnSync(["sh", "-c", `seq ${LISTING_LIMIT + 1} | xargs mkdir`], { cwd: folder.path });
    expect(exitCode).toBe(0);
    const { items, truncated } = await listDirectory(root, { real: folder.path, requested: "." });
    expect(items).toHaveLength(LISTING_LIMIT);
    expect(truncated).toBe(true);
  });

  test("refuses a missing path and a file", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    await Bun.write(join(folder.path, "file"), "");
    await expect(listDirectory(root, named(folder.path, "file"))).rejects.toMatchObject({ code: "not-a-directory" });
    await expect(listDirectory(root, named(folder.path, "missing"))).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("removing", () => {
  test("deletes a directory with its contents, but not the targets of its links", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    await Bun.write(join(folder.path, "kept.txt"), "kept");
    await Bun.write(join(folder.path, "dir/deep/file.txt"), "");
    await symlink(join(folder.path, "kept.txt"), join(folder.path, "dir/link"));
    await removePath(root, named(folder.path, "dir"));
    expect(existsSync(join(folder.path, "dir"))).toBe(false);
    expect(await Bun.file(join(folder.path, "kept.txt")).text()).toBe("kept");
  });

  test("refuses a missing path", async () => {
    await using folder = await temporaryFolder();
    const root = await Root.open(folder.path);
    await expect(removePath(root, named(folder.path, "missing"))).rejects.toMatchObject({ code: "not-found" });
  });
});
