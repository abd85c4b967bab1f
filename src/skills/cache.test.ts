import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdir, readdir, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CollectedLog, collectedLog } from "../../test/support/collected-log.ts";
import { type TemporaryFolder, temporaryFolder } from "../../test/support/temporary-folder.ts";
import { sha256 } from "../shared/sha256.ts";
import { SkillCache } from "./cache.ts";

let folder: TemporaryFolder;
let directory: string;
let log: CollectedLog;
beforeEach(async () => {
  folder = await temporaryFolder();
  directory = join(folder.path, "skills");
  log = collectedLog();
});
afterEach(() => folder[Symbol.asyncDispose]());

const zip = (seed: number, size = 1_000) => new Uint8Array(size).fill(seed);

async function put(cache: SkillCache, bytes: Uint8Array): Promise<string> {
  const hash = sha256(bytes);
  await cache.put(hash, bytes);
  return hash;
}

describe("the cache of skills", () => {
  test("has what was put into it, also for other processes", async () => {
    const hash = await put(new SkillCache(directory, log.log), zip(1));
    expect(await new SkillCache(directory, log.log).get(hash)).toEqual(zip(1));
    expect(await readdir(directory)).toEqual([`${hash}.zip`]);
  });

  test("is empty at first, and creates nothing to find that out", async () => {
    expect(await new SkillCache(directory, log.log).get(sha256("x"))).toBeUndefined();
    expect(await readdir(folder.path)).toEqual([]);
    expect(log.lines).toEqual([]);
  });

  test.each([
    ["was changed", (path: string) => writeFile(path, zip(2))],
    ["was cut off", (path: string) => writeFile(path, zip(1, 10))],
    ["is empty", (path: string) => writeFile(path, "")],
  ])("does not return a file that %s, and deletes it", async (_, damage) => {
    const cache = new SkillCache(directory, log.log);
    const hash = await put(cache, zip(1));
    await damage(join(directory, `${hash}.zip`));
    expect(await cache.get(hash)).toBeUndefined();
    expect(await readdir(directory)).toEqual([]);
    expect(log.lines.join("")).toContain("is damaged: it is fetched again");
    await cache.put(hash, zip(1));
    expect(await cache.get(hash)).toEqual(zip(1));
  });

  test("does not follow a link", async () => {
    const hash = sha256(zip(1));
    await mkdir(directory);
    await writeFile(join(folder.path, "elsewhere"), zip(1));
    await symlink("../elsewhere", join(directory, `${hash}.zip`));
    expect(await new SkillCache(directory, log.log).get(hash)).toBeUndefined();
  });

  test("deletes what was not used for the longest time when it is full", async () => {
    const cache = new SkillCache(directory, log.log, 2_500);
    const [first, second] = [await put(cache, zip(1)), await put(cache, zip(2))];
    const used = async (hash: string, at: number) => utimes(join(directory, `${hash}.zip`), at, at);
    await used(first, 1_000);
    await used(second, 2_000);
    // Using it makes it the newest.
    await cache.get(first);
    const third = await put(cache, zip(3));
    expect((await readdir(directory)).sort()).toEqual([`${first}.zip`, `${third}.zip`].sort());
  });

  test("does not keep what is larger than all of it", async () => {
    await put(new SkillCache(directory, log.log, 500), zip(1));
    expect(await readdir(folder.path)).toEqual([]);
  });

  test("deletes files that were abandoned, but not those that are being written, and none of others", async () => {
    await mkdir(directory);
    const temporary = () => `${sha256("x")}.zip.${crypto.randomUUID()}.tmp`;
    const [old, fresh, foreign] = [temporary(), temporary(), "notes.zip"];
    for (const name of [old, fresh, foreign]) await writeFile(join(directory, name), zip(9, 5_000));
    for (const name of [old, foreign]) await utimes(join(directory, name), 1_000, 1_000);
    const hash = await put(new SkillCache(directory, log.log, 2_000), zip(1));
    expect((await readdir(directory)).sort()).toEqual([`${hash}.zip`, fresh, foreign].sort());
  });

  test("only says once that its directory cannot be used", async () => {
    await writeFile(directory, "a file");
    const cache = new SkillCache(directory, log.log);
    const hash = await put(cache, zip(1));
    await put(cache, zip(2));
    expect(await cache.get(hash)).toBeUndefined();
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]).toContain("Skills are not cached, but fetched for each execution");
  });
});
