import { afterEach, beforeEach, expect, test } from "bun:test";
import { LocalHost } from "../../../test/support/local-host.ts";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/temporary-folder.ts";
import type { RemoteHost } from "./remote-host.ts";
import { RemoteSandbox } from "./remote-sandbox.ts";

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

/** A sandbox whose searches are cut after so many bytes. */
async function openCutAt(bytes: () => number): Promise<RemoteSandbox> {
  const local = new LocalHost(folder.path);
  const run: RemoteHost["run"] = (script, options) =>
    local.run(script.replace(/^bytes='\d+'$/m, `bytes='${bytes()}'`), options);
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
  const sandbox = await openCutAt(() => bytes);
  const names = async () => (await sandbox.glob("*", "/")).items.map(({ path }) => path.slice(sandbox.root.length + 1));
  const cut: string[][] = [];
  for (bytes = 20; bytes < 50; bytes += 3) cut.push(await names());
  expect(cut).toContainEqual([]);
  expect(cut.flat().filter((found) => found !== name)).toEqual([]);
  bytes = 1_000;
  expect(await names()).toEqual([name]);
});
