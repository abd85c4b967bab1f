import { expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { silentLogger } from "../log/index.ts";
import { openSkills } from "./index.ts";

test("an agent without skills costs no request, no file and no change of the sandbox", async () => {
  await using folder = await temporaryFolder();
  const source = { version: () => expect.unreachable(), artifact: () => expect.unreachable() };
  const skills = openSkills(join(folder.path, "skills"), silentLogger);
  const found = await skills.find([], source, new AbortController().signal);
  const installed = await found.install({ installTrees: () => expect.unreachable() });
  expect(installed.of([])).toEqual([]);
  expect(await readdir(folder.path)).toEqual([]);
});
