import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod, chown, symlink } from "node:fs/promises";
import { join } from "node:path";
import { type TemporaryFolder, temporaryFolder } from "../../test/support/temporary-folder.ts";
import { openIntact } from "./intact-file.ts";

/** Longer than one part that is read at once. */
const content = Buffer.alloc(3_000_000, "library");
const bridge = {
  file: "",
  worker: "",
  size: content.length,
  sha256: new Bun.CryptoHasher("sha256").update(content).digest("hex"),
};

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder.path, name);
  await Bun.write(path, bytes);
  await chmod(path, 0o500);
  return path;
}

/** Whether the file is taken for the bridge. */
async function isIntact(path: string): Promise<boolean> {
  const file = await openIntact(path, bridge);
  await file?.close();
  return file !== undefined;
}

describe("an unpacked bridge", () => {
  test("is opened if it is exactly what was unpacked", async () => {
    const path = await written("good", content);
    const file = await openIntact(path, bridge);
    expect((await file?.stat())?.size).toBe(content.length);
    await file?.close();
  });

  test("is not used if one byte is wrong, or the end is missing", async () => {
    for (const at of [0, 1_500_000, content.length - 1]) {
      const damaged = Buffer.from(content);
      damaged[at] = 0;
      expect([at, await isIntact(await written(`damaged-${at}`, damaged))]).toEqual([at, false]);
    }
    expect(await isIntact(await written("short", content.subarray(0, -1)))).toBe(false);
    expect(await isIntact(await written("empty", new Uint8Array()))).toBe(false);
  });

  test("is not used if others can write it", async () => {
    const path = await written("open", content);
    for (const mode of [0o720, 0o702]) {
      await chmod(path, mode);
      expect(await isIntact(path)).toBe(false);
    }
  });

  test("is not used if it belongs to another user", async () => {
    if (process.geteuid?.() !== 0) return expect(await isIntact("/etc/passwd")).toBe(false);
    const path = await written("foreign", content);
    await chown(path, 1234, 1234);
    expect(await isIntact(path)).toBe(false);
  });

  test("is neither a link, a directory nor a named pipe", async () => {
    await symlink(await written("target", content), join(folder.path, "link"));
    await Bun.spawn(["mkfifo", join(folder.path, "pipe")]).exited;
    for (const name of ["link", ".", "pipe", "missing"])
      expect([name, await isIntact(join(folder.path, name))]).toEqual([name, false]);
  });
});
