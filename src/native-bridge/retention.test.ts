import { expect, test } from "bun:test";
import { readdir, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { bridgeName } from "./bridge-name.ts";
import { keepUsed, removeUnused } from "./retention.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const nameFor = (version: string) =>
  bridgeName({ file: "", worker: "", size: 0, sha256: new Bun.CryptoHasher("sha256").update(version).digest("hex") });
const unfinished = (version: string) => `${nameFor(version)}.${crypto.randomUUID()}.tmp`;

test("other versions are removed after 30 days without use, and unfinished files after one day", async () => {
  await using folder = await temporaryFolder();
  const now = Date.now();
  const aged = async (name: string, days: number) => {
    const path = join(folder.path, name);
    await Bun.write(path, "");
    await utimes(path, (now - days * DAY_MS) / 1000, (now - days * DAY_MS) / 1000);
    return name;
  };
  const kept = [
    await aged(nameFor("own"), 400),
    await aged(nameFor("running elsewhere"), 29),
    await aged(unfinished("being written"), 0),
    await aged("another-program.node", 400),
  ];
  await aged(nameFor("unused"), 31);
  await aged(unfinished("left behind"), 2);
  await removeUnused(join(folder.path, nameFor("own")), now);
  expect((await readdir(folder.path)).sort()).toEqual(kept.sort());
});

test("a file is marked as used when it is loaded", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, nameFor("own"));
  await Bun.write(path, "");
  await utimes(path, 1, 1);
  const before = Date.now();
  await keepUsed(path);
  expect((await stat(path)).mtimeMs).toBeGreaterThanOrEqual(before - 1_000);
});

test("a directory that is gone does not matter", async () => {
  await keepUsed("/nonexistent/temporal-bridge.node");
});
