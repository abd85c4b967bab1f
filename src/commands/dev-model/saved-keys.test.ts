import { describe, expect, test } from "bun:test";
import { chmod, mkdir, readdir, readFile, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { keysFile, readKeys, saveKey } from "./saved-keys.ts";

describe("the file of keys", () => {
  test("is readable by its owner only, also where the umask allows more, and complete", async () => {
    await using folder = await temporaryFolder();
    const dataDir = join(folder.path, "new/data");
    const file = keysFile(dataDir);
    const before = process.umask(0);
    try {
      saveKey(file, dataDir, "anthropic", "key-of-anthropic");
      saveKey(file, dataDir, "openai", "key-of-openai");
    } finally {
      process.umask(before);
    }
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    expect(await readdir(dataDir)).toEqual(["keys.env"]);
    expect(readKeys(file)).toEqual({
      STIGMER_LLM_PROVIDER: "openai",
      ANTHROPIC_API_KEY: "key-of-anthropic",
      OPENAI_API_KEY: "key-of-openai",
    });
  });

  test("replaces a link, and leaves what it leads to as it is", async () => {
    await using folder = await temporaryFolder();
    const target = join(folder.path, "target");
    await Bun.write(target, "mine\n");
    await chmod(target, 0o600);
    const file = keysFile(folder.path);
    await symlink(target, file);
    saveKey(file, folder.path, "openai", "key");
    expect(await readFile(target, "utf8")).toBe("mine\n");
  });

  test("gives nothing if it is missing, and no other variables", async () => {
    await using folder = await temporaryFolder();
    const file = keysFile(folder.path);
    expect(readKeys(file)).toEqual({});
    await Bun.write(file, "OPENAI_API_KEY=key\nSANDBOX_ROOT_DIR=/\n");
    await chmod(file, 0o600);
    expect(readKeys(file)).toEqual({ OPENAI_API_KEY: "key" });
  });

  test("is refused if others can read it", async () => {
    await using folder = await temporaryFolder();
    const file = keysFile(folder.path);
    await Bun.write(file, "OPENAI_API_KEY=key\n");
    await chmod(file, 0o640);
    expect(() => readKeys(file)).toThrow(`chmod 600 ${file}`);
    await chmod(file, 0o600);
    await Bun.write(file, "x".repeat(100_000));
    expect(() => readKeys(file)).toThrow("too large");
    const folderThere = join(folder.path, "other");
    await mkdir(keysFile(folderThere), { recursive: true, mode: 0o700 });
    expect(() => readKeys(keysFile(folderThere))).toThrow();
  });
});
