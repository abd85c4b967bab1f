import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { readTokenFile } from "./token-file.ts";

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

async function fileWith(text: string): Promise<string> {
  const path = join(folder.path, crypto.randomUUID());
  await Bun.write(path, text);
  return path;
}

describe("a file with a token", () => {
  test("is read without the trailing newline", async () => {
    expect(await readTokenFile(await fileWith("a.b.c\n"))).toBe("a.b.c");
    expect(await readTokenFile(await fileWith("a.b.c\r\n"))).toBe("a.b.c");
  });

  test("is read again each time", async () => {
    const path = await fileWith("short");
    expect(await readTokenFile(path)).toBe("short");
    await Bun.write(path, "much longer than before");
    expect(await readTokenFile(path)).toBe("much longer than before");
  });

  test("that is missing, empty, too long or not a file fails with that reason", async () => {
    await expect(readTokenFile(join(folder.path, "missing"))).rejects.toThrow("cannot be read: ENOENT");
    await expect(readTokenFile(await fileWith(" \n"))).rejects.toThrow("the file is empty");
    await expect(readTokenFile(await fileWith("x".repeat(1_000_000)))).rejects.toThrow("it is longer than");
    await expect(readTokenFile(folder.path)).rejects.toThrow("it is not a file");
  });

  test("that is a named pipe without a writer does not block", async () => {
    const pipe = join(folder.path, "pipe");
    await Bun.$`mkfifo ${pipe}`;
    await expect(readTokenFile(pipe)).rejects.toThrow("it is not a file");
  });
});
