import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { LocalHost } from "../../../test/support/local-host.ts";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { RemoteSandbox, type ScriptOptions, type ScriptOutcome } from "./index.ts";

const CONTENT = Buffer.from("hello");
const TREE = {
  name: "abc",
  directories: [],
  files: [{ path: "SKILL.md", size: CONTENT.length, isExecutable: false, read: async () => CONTENT }],
};

class Host extends LocalHost {
  /** How often each script runs: its answer may get lost. */
  repeats = 1;
  readonly scripts: string[] = [];
  readonly uploads: string[] = [];
  change = (content: Uint8Array): Uint8Array => content;

  override async run(script: string, options: ScriptOptions): Promise<ScriptOutcome> {
    this.scripts.push(script);
    for (let left = this.repeats; left > 1; left--) await super.run(script, options);
    return await super.run(script, options);
  }

  override async upload(path: string, content: Uint8Array): Promise<void> {
    this.uploads.push(path);
    await super.upload(path, this.change(content));
  }
}

let folder: TemporaryFolder;
let host: Host;
let sandbox: RemoteSandbox;
let directory: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  const workDir = join(folder.path, "work");
  await mkdir(workDir);
  host = new Host(folder.path);
  const { signal } = new AbortController();
  const options = { id: "id", workDir, commandTimeoutMs: 10_000, environment: {}, signal, programsRemedy: "" };
  sandbox = await RemoteSandbox.open(host, options);
  directory = join(sandbox.root, "bin/skills");
  host.scripts.length = 0;
});
afterEach(() => folder[Symbol.asyncDispose]());

test("trees take one upload and two scripts, and one script if they are there", async () => {
  await sandbox.installTrees("bin/skills", [TREE, { ...TREE, name: "def" }]);
  expect([host.scripts.length, host.uploads.length]).toEqual([2, 1]);
  await sandbox.installTrees("bin/skills", [TREE, { ...TREE, name: "def" }]);
  expect([host.scripts.length, host.uploads.length]).toEqual([3, 1]);
  expect((await readdir(directory)).sort()).toEqual([".gitignore", "abc", "def"]);
});

test("trees are installed once if every script runs twice", async () => {
  host.repeats = 2;
  expect(await sandbox.installTrees("bin/skills", [TREE])).toEqual([{ path: join(directory, "abc"), wasThere: false }]);
  expect(await readFile(join(directory, "abc/SKILL.md"), "utf8")).toBe("hello");
  expect((await readdir(directory)).sort()).toEqual([".gitignore", "abc"]);
});

test.each([
  ["is cut off", (content: Uint8Array) => content.subarray(0, content.length / 2)],
  ["is something else", () => Buffer.from("not a tar")],
  ["is empty", () => new Uint8Array()],
])("an upload that %s is an error, and leaves nothing behind", async (_, change) => {
  host.change = change;
  const error = await sandbox.installTrees("bin/skills", [TREE]).catch((reason: unknown) => reason);
  expect(String(error)).toMatch(/unpacking failed in the sandbox|is not what was sent/);
  expect(await readdir(directory)).toEqual([".gitignore"]);
});
