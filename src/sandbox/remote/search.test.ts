import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { LocalHost } from "../../../test/support/local-host.ts";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/temporary-folder.ts";
import type { RemoteHost } from "./remote-host.ts";
import { RemoteSandbox } from "./remote-sandbox.ts";

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

/** A sandbox whose scripts are changed before they run. */
async function open(change: (script: string) => string): Promise<RemoteSandbox> {
  const local = new LocalHost(folder.path);
  const run: RemoteHost["run"] = (script, options) => local.run(change(script), options);
  return await RemoteSandbox.open(Object.assign(new LocalHost(folder.path), { run }), {
    id: "sbx-1",
    workDir: folder.path,
    commandTimeoutMs: 60_000,
    environment: {},
    programsRemedy: "",
    signal: new AbortController().signal,
  });
}

test("a search for names returns only whole names, wherever its answer is cut", async () => {
  const name = "a-long-name.txt";
  await Bun.write(`${folder.path}/${name}`, "");
  let bytes = 1_000;
  const sandbox = await open((script) => script.replace(/^bytes='\d+'$/m, `bytes='${bytes}'`));
  const names = async () => (await sandbox.glob("*", "/")).items.map(({ path }) => path.slice(sandbox.root.length + 1));
  const cut: string[][] = [];
  for (bytes = 20; bytes < 50; bytes += 3) cut.push(await names());
  expect(cut).toContainEqual([]);
  expect(cut.flat().filter((found) => found !== name)).toEqual([]);
  bytes = 1_000;
  expect(await names()).toEqual([name]);
});

describe("a search that takes too long", () => {
  /** A sandbox in which find(1) prints an entry and a part of another one, then hangs. */
  async function openSlow([whole, part]: readonly [string, string]): Promise<RemoteSandbox> {
    const find = join(folder.path, "bin/find");
    await Bun.write(find, `#!/bin/sh\nprintf '%s\\0%s' '${whole}' '${part}'\nexec sleep 600\n`);
    await chmod(find, 0o755);
    const slow = `PATH=${join(folder.path, "bin")}:$PATH\n`;
    return await open(
      (script) => (script.includes("seconds=") ? slow : "") + script.replace(/^seconds='\d+'$/m, "seconds='1'"),
    );
  }

  test("returns the names that it found until then", async () => {
    const sandbox = await openSlow(["f/1/1/found.txt", "f/1/1/fou"]);
    const { items, truncated } = await sandbox.glob("*", "/");
    expect(items.map(({ path }) => path)).toEqual([join(sandbox.root, "found.txt")]);
    expect(truncated).toBe(true);
  });

  test("returns the lines that it found until then", async () => {
    const file = join(folder.path, "found.txt");
    await Bun.write(file, "to find\n");
    const sandbox = await openSlow([file, `${file}.par`]);
    const { items, truncated } = await sandbox.grep("to find", "/", { limit: 10 });
    expect(items).toEqual([{ path: file, line: 1, text: "to find" }]);
    expect(truncated).toBe(true);
  });
});
