/** The env files that people copy: they name what the program knows, and work once their empty lines are filled in. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { listSettings, loadConfig } from "../../src/config/index.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";

const root = join(import.meta.dir, "../..");
const known = new Set(listSettings().flatMap(({ names }) => names));

describe.each(["local", "cloud"])("the example of an env file for %s mode", (mode) => {
  const read = () => Bun.file(join(root, `.env.${mode}.example`)).text();

  test("names declared settings only, aliases in comments", async () => {
    const names = [...(await read()).matchAll(/^(?:# )?([A-Z][A-Z0-9_]*)=/gm)].map(([, name = ""]) => name);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
  });

  test("gives a valid configuration once its empty lines are filled in", async () => {
    await using folder = await temporaryFolder();
    const envFile = join(folder.path, "env");
    const text = (await read()).replace(/^([A-Z][A-Z0-9_]*)=$/gm, "$1=filled-in");
    expect(Object.values(parseEnv(text))).toContain("filled-in");
    await Bun.write(envFile, text);
    const { config, typos } = loadConfig({ env: { HOME: folder.path }, envFile });
    expect(config.mode).toBe(mode as typeof config.mode);
    expect(typos).toEqual([]);
  });
});
