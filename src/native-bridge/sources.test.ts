import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { closeSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type TemporaryFolder, temporaryFolder } from "../../test/support/temporary-folder.ts";
import { bridgeName } from "./bridge-name.ts";
import type { EmbeddedBridge } from "./embedded.ts";
import { MEMORY, type Source, sources } from "./sources.ts";

const content = crypto.getRandomValues(new Uint8Array(60_000));
const sha256 = new Bun.CryptoHasher("sha256").update(content).digest("hex");

let folder: TemporaryFolder;
let bridge: EmbeddedBridge;
beforeAll(async () => {
  folder = await temporaryFolder();
  const file = join(folder.path, "packed");
  await Bun.write(file, Bun.zstdCompressSync(content));
  bridge = { file, sha256, size: content.length, worker: "" };
});
afterAll(() => folder[Symbol.asyncDispose]());

/** A new directory, and the two ways to get the bridge from it. */
async function place() {
  const directory = join(folder.path, crypto.randomUUID());
  const path = join(directory, bridgeName(bridge));
  const ways = () => {
    const [existing, written] = sources([{ setting: "TMPDIR", directory, createParents: true }], bridge);
    if (existing === undefined || written === undefined) throw new Error("a directory has two sources");
    return { existing, written };
  };
  return { directory, path, ways };
}

/** What the dynamic linker would read; undefined if there is nothing yet. */
async function bytesFrom(source: Source): Promise<Buffer | undefined> {
  const checked = await source.open();
  if (checked === undefined) return undefined;
  const bytes = await readFile(checked.loadPath);
  if (checked.descriptor !== undefined) closeSync(checked.descriptor);
  return bytes;
}

describe("a directory", () => {
  test("has nothing before the first start, and the same file from then on", async () => {
    const { directory, path, ways } = await place();
    expect(await bytesFrom(ways().existing)).toBeUndefined();
    expect(await bytesFrom(ways().written)).toEqual(Buffer.from(content));
    const { ino } = await stat(path);
    expect(await bytesFrom(ways().existing)).toEqual(Buffer.from(content));
    expect(await bytesFrom(ways().written)).toEqual(Buffer.from(content));
    expect((await stat(path)).ino).toBe(ino);
    expect(await readdir(directory)).toEqual([bridgeName(bridge)]);
  });

  test("with a damaged file of the right size gets a new one", async () => {
    const { directory, path, ways } = await place();
    await mkdir(directory, 0o700);
    const damaged = Buffer.from(content);
    damaged[30_000] = (damaged[30_000] ?? 0) ^ 1;
    await Bun.write(path, damaged);
    await chmod(path, 0o500);
    expect(await bytesFrom(ways().existing)).toBeUndefined();
    expect(await bytesFrom(ways().written)).toEqual(Buffer.from(content));
    expect(await readFile(path)).toEqual(Buffer.from(content));
  });

  test("is written by many starts at once without harm", async () => {
    const { directory, ways } = await place();
    const all = await Promise.all(Array.from({ length: 20 }, () => bytesFrom(ways().written)));
    expect(all.every((bytes) => bytes?.equals(content))).toBe(true);
    expect(await readdir(directory)).toEqual([bridgeName(bridge)]);
  });

  test("whose path is taken by a directory cannot be used, and nothing is left in it", async () => {
    const { directory, path, ways } = await place();
    await mkdir(join(path, "inside"), { recursive: true });
    await chmod(directory, 0o700);
    await expect(ways().written.open()).rejects.toThrow();
    expect(await readdir(directory)).toEqual([bridgeName(bridge)]);
  });

  test("has no file left if the bridge cannot be loaded from there", async () => {
    const { directory, ways } = await place();
    const { written } = ways();
    expect(await bytesFrom(written)).toBeDefined();
    await written.discard();
    expect(await readdir(directory)).toEqual([]);
  });
});

test("memory is the last place, and needs no directory", async () => {
  const last = sources([], bridge).at(-1);
  expect(last?.place).toBe(MEMORY);
  if (last === undefined || process.platform !== "linux") return;
  expect(await bytesFrom(last)).toEqual(Buffer.from(content));
});

test("what is not the expected content is never used", async () => {
  const wrong = { ...bridge, sha256: "0".repeat(64) };
  const directory = join(folder.path, "wrong");
  for (const source of sources([{ setting: "TMPDIR", directory, createParents: true }], wrong).slice(1))
    await expect(source.open()).rejects.toThrow(
      /could not be read back unchanged|the program file is damaged|no memory files/,
    );
});
