import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { withoutRoot } from "../../../test/support/without-root.ts";
import { FilesystemSandboxes } from "../../sandbox/filesystem/index.ts";
import type { Sandbox, SandboxHandle } from "../../sandbox/index.ts";
import { SandboxBackend } from "./backend.ts";
import { withOutcome } from "./tool-outcome.ts";

let folder: TemporaryFolder;
let handle: SandboxHandle;
let sandbox: Sandbox;
let backend: SandboxBackend;
let controller: AbortController;

beforeEach(async () => {
  folder = await temporaryFolder();
  controller = new AbortController();
  const sandboxes = new FilesystemSandboxes({
    rootDir: folder.path,
    commandTimeoutMs: 60_000,
    baseEnvironment: { PATH: "/usr/local/bin:/usr/bin:/bin" },
  });
  handle = await sandboxes.acquire({ executionId: "aex-1", environment: {}, signal: new AbortController().signal });
  sandbox = handle.sandbox;
  backend = new SandboxBackend(sandbox, controller.signal);
});
afterEach(async () => {
  await handle.release();
  await folder[Symbol.asyncDispose]();
});

/** A tool's answer, and the failure that was noted for the status. */
async function outcomeOf<T>(
  work: Promise<T> | (() => Promise<T>),
): Promise<{ result: T; failure: string | undefined }> {
  const { result, outcome } = await withOutcome(
    "call-1",
    async () => await (typeof work === "function" ? work() : work),
  );
  return { result, failure: outcome.failure };
}

const textOf = async (path: string) => new TextDecoder().decode(await sandbox.readFile(path));

describe("execute", () => {
  test("returns the output and the exit code", async () => {
    const { result, failure } = await outcomeOf(() => backend.execute("echo hello"));
    expect(result).toEqual({ output: "hello\n", exitCode: 0, truncated: false });
    expect(failure).toBeUndefined();
  });

  test("notes that a command failed", async () => {
    const { result, failure } = await outcomeOf(() => backend.execute("echo no; exit 3"));
    expect(result).toMatchObject({ output: "no\n", exitCode: 3 });
    expect(failure).toBe("exit code 3");
  });

  test("says that there is no output, since some models take an empty result for a failure", async () => {
    expect((await backend.execute("true")).output).toBe("(no output)");
  });

  test("reports that output was cut", async () => {
    expect((await backend.execute("head -c 2000000 /dev/zero | tr '\\0' x")).truncated).toBe(true);
  });
});

describe("read", () => {
  beforeEach(async () => {
    await sandbox.writeFile("lines.txt", Array.from({ length: 10 }, (_, index) => `line ${index + 1}\n`).join(""));
  });

  test("returns the requested lines, and where to continue", async () => {
    expect(await backend.read("lines.txt", 2, 3)).toEqual({
      content: "line 3\nline 4\nline 5",
      mimeType: "text/plain",
      totalLines: 10,
      startLine: 3,
      endLine: 5,
      nextOffset: 5,
    });
  });

  test("returns the end of a file without a place to continue", async () => {
    const result = await backend.read("lines.txt", 8, 100);
    expect(result).toMatchObject({ content: "line 9\nline 10", totalLines: 10, endLine: 10 });
    expect(result).not.toHaveProperty("nextOffset");
  });

  test("says that a file is empty, or ends before the requested lines", async () => {
    await sandbox.writeFile("empty.txt", "");
    expect(await backend.read("empty.txt")).toMatchObject({ content: expect.stringContaining("empty contents") });
    const { result, failure } = await outcomeOf(() => backend.read("lines.txt", 10, 5));
    expect(result.error).toContain("which has 10 lines");
    expect(failure).toBe(result.error);
  });

  test("returns images as bytes, and refuses other binary files with what to do instead", async () => {
    const bytes = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0]);
    await sandbox.writeFile("picture.png", bytes);
    await sandbox.writeFile("program", bytes);
    const picture = await backend.read("picture.png");
    expect(picture.mimeType).toBe("image/png");
    expect(Buffer.from(picture.content ?? "")).toEqual(Buffer.from(bytes));
    expect((await backend.read("program")).error).toContain("Look at it with execute");
  });

  test("returns an error for a file that does not exist", async () => {
    const { result, failure } = await outcomeOf(() => backend.read("missing.txt"));
    expect(result).toEqual({ error: "'missing.txt' does not exist." });
    expect(failure).toBe("'missing.txt' does not exist.");
  });
});

describe("edit", () => {
  test("of one file by several calls at once loses none of them, by whatever name", async () => {
    await sandbox.writeFile("many.txt", "1\n2\n3\n4\n");
    const names = ["many.txt", "/many.txt", "./many.txt", `${sandbox.root}/many.txt`];
    await Promise.all(names.map((name, index) => backend.edit(name, `${index + 1}\n`, `line ${index + 1}\n`)));
    expect(await textOf("many.txt")).toBe("line 1\nline 2\nline 3\nline 4\n");
  });

  test("replaces a text that occurs once, and nothing else", async () => {
    await sandbox.writeFile("a.txt", "one\r\ntwo $& three\n");
    expect(await backend.edit("a.txt", "two", "$& $1 zwei")).toMatchObject({ occurrences: 1 });
    expect(await textOf("a.txt")).toBe("one\r\n$& $1 zwei $& three\n");
  });

  test("replaces a text that occurs several times only with replace_all", async () => {
    await sandbox.writeFile("a.txt", "x y x");
    expect((await backend.edit("a.txt", "x", "z")).error).toContain("occurs 2 times");
    expect(await textOf("a.txt")).toBe("x y x");
    expect(await backend.edit("a.txt", "x", "z", true)).toMatchObject({ occurrences: 2 });
    expect(await textOf("a.txt")).toBe("z y z");
  });

  test("says what to do if the text does not occur, or is empty", async () => {
    await sandbox.writeFile("a.txt", "x");
    const { result, failure } = await outcomeOf(() => backend.edit("a.txt", "not there", "z"));
    expect(result.error).toContain("String not found in 'a.txt'");
    expect(failure).toBe(result.error);
    expect((await backend.edit("a.txt", "", "z")).error).toContain("old_string is empty");
  });
});

test("write, list, find and delete work on the sandbox's real paths", async () => {
  const { root } = sandbox;
  expect(await backend.write("src/a.ts", "needle")).toMatchObject({ path: join(root, "src/a.ts") });
  expect((await backend.ls("/")).files).toMatchObject([{ path: `${join(root, "src")}/`, is_dir: true }]);
  expect((await backend.glob("**/*.ts")).files).toMatchObject([{ path: join(root, "src/a.ts"), size: 6 }]);
  expect((await backend.grep("needle")).matches).toEqual([{ path: join(root, "src/a.ts"), line: 1, text: "needle" }]);
  expect((await backend.grep("needle", null, "*.md")).matches).toEqual([]);
  expect(await backend.delete("src")).toMatchObject({ path: join(root, "src") });
  expect((await backend.ls("/")).files).toEqual([]);
});

test("a path outside of the workspace is refused with an error, which is noted", async () => {
  const { result, failure } = await outcomeOf(() => backend.write("/etc/agent-runner-test", "x"));
  expect(result.error).toContain("is not allowed");
  expect(failure).toBe(result.error);
});

test("uploads and downloads use the library's error codes", async () => {
  const bytes = new Uint8Array([1, 2, 3]);
  expect(await backend.uploadFiles([["up.bin", bytes]])).toEqual([{ path: "up.bin", error: null }]);
  const [up, missing] = await backend.downloadFiles(["up.bin", "missing"]);
  expect(up).toMatchObject({ path: "up.bin", error: null });
  expect(new Uint8Array(up?.content ?? [])).toEqual(bytes);
  expect(missing).toEqual({ path: "missing", content: null, error: "file_not_found" });
  expect(await backend.uploadFiles([["../up.bin", bytes]])).toEqual([{ path: "../up.bin", error: "invalid_path" }]);
});

test("a tool of a stopped execution throws the stop reason instead of returning an error", async () => {
  const reason = new Error("the execution was cancelled");
  controller.abort(reason);
  await expect(backend.execute("true")).rejects.toBe(reason);
  await expect(backend.read("missing")).rejects.toBe(reason);
});

test("an edit refuses a file that is not UTF-8, and keeps a byte order mark", async () => {
  await Bun.write(join(sandbox.root, "latin.txt"), new Uint8Array([0x63, 0x61, 0x66, 0xe9, 0x20, 0x6f, 0x6c, 0x64]));
  expect((await backend.edit("latin.txt", "old", "new")).error).toContain("not UTF-8 text");
  await Bun.write(join(sandbox.root, "bom.txt"), "\ufeffold");
  expect((await backend.edit("bom.txt", "old", "new")).error).toBeUndefined();
  expect(await Bun.file(join(sandbox.root, "bom.txt")).bytes()).toEqual(new TextEncoder().encode("\ufeffnew"));
});

test("a search names the paths that it could not read", async () => {
  await sandbox.execute("mkdir locked; echo needle >a.txt; chmod 000 locked; chmod 755 .");
  const note = `[not searched, because it cannot be read: ${sandbox.root}/locked]`;
  const { files, matches } = await withoutRoot(async () => ({
    files: (await backend.glob("**/*.txt")).files,
    matches: (await backend.grep("needle")).matches,
  }));
  expect(files?.map(({ path }) => path)).toEqual([`${sandbox.root}/a.txt`, note]);
  expect(matches?.map(({ path }) => path)).toEqual([`${sandbox.root}/a.txt`, note]);
});
