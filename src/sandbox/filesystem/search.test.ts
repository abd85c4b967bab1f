import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, realpath, rm, symlink } from "node:fs/promises";
import { join, relative } from "node:path";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { Root } from "./root.ts";
import { globFiles, grepFiles } from "./search.ts";

let folder: TemporaryFolder;
let root: string;
const { signal } = new AbortController();

beforeAll(async () => {
  folder = await temporaryFolder();
  const above = await realpath(folder.path);
  root = join(above, "root");
  const files: Record<string, string | Uint8Array> = {
    "a.ts": "const needle = 1;\nno match\n  needle again",
    "src/b.ts": "needle",
    "src/deep/c.md": "# needle\r\n",
    ".config/d.json": '{"needle": true}',
    "node_modules/lib/e.ts": "needle",
    ".git/f.ts": "needle",
    ".agent-runner/g.ts": "needle",
    "image.png": new Uint8Array([0x89, 0x50, 0, ...Buffer.from("needle")]),
    "../elsewhere/h.ts": "needle",
  };
  for (const [name, content] of Object.entries(files)) await Bun.write(join(root, name), content);
  await mkdir(join(root, "empty"));
  await symlink(join(above, "elsewhere"), join(root, "link"));
  await symlink(join(above, "elsewhere/h.ts"), join(root, "file-link.ts"));
});
afterAll(() => folder[Symbol.asyncDispose]());

async function glob(pattern: string, directory = root): Promise<string[]> {
  return (await globFiles(await Root.open(root), directory, pattern, { signal })).items.map(({ path }) =>
    relative(root, path),
  );
}

async function grep(text: string, path = ".", options: { glob?: string; limit?: number } = {}): Promise<string[]> {
  const { items } = await grepFiles(await Root.open(root), join(root, path), text, { signal, limit: 100, ...options });
  return items.map((match) => `${relative(root, match.path)}:${match.line}:${match.text}`).sort();
}

describe("a search for names", () => {
  test("finds files at any depth, including hidden ones, sorted", async () => {
    expect(await glob("**/*.{ts,md,json}")).toEqual([
      ".config/d.json",
      "a.ts",
      "file-link.ts",
      "src/b.ts",
      "src/deep/c.md",
    ]);
  });

  test("finds directories", async () => {
    expect(await glob("*p*")).toEqual(["empty", "image.png"]);
  });

  test("skips .git and node_modules unless the pattern names them", async () => {
    expect(await glob("**/e.ts")).toEqual([]);
    expect(await glob("node_modules/**/*.ts")).toEqual(["node_modules/lib/e.ts"]);
  });

  test("starts in the given directory", async () => {
    expect(await glob("*.ts", join(root, "src"))).toEqual(["src/b.ts"]);
  });

  test("accepts absolute patterns below its start, and patterns with a slash for the root", async () => {
    expect(await glob(join(root, "src/*.ts"))).toEqual(["src/b.ts"]);
    expect(await glob("/src/*.ts")).toEqual(["src/b.ts"]);
  });

  test("refuses a pattern that leads out of the root, or of its start", async () => {
    await expect(glob("../elsewhere/*")).rejects.toMatchObject({ code: "outside" });
    await expect(glob("src/../../elsewhere/*")).rejects.toMatchObject({ code: "outside" });
    await expect(glob(join(root, "empty/*"), join(root, "src"))).rejects.toMatchObject({ code: "invalid" });
  });

  test("finds nothing outside of the root through links or alternatives", async () => {
    for (const pattern of ["link/*", "link/**", "{..,link}/*", "{../elsewhere,x}/*"])
      expect({ pattern, found: await glob(pattern) }).toEqual({ pattern, found: [] });
  });
});

describe("a search for text", () => {
  test("finds lines with their numbers in text files", async () => {
    expect(await grep("needle")).toEqual([
      '.config/d.json:1:{"needle": true}',
      "a.ts:1:const needle = 1;",
      "a.ts:3:  needle again",
      "src/b.ts:1:needle",
      "src/deep/c.md:1:# needle\r",
    ]);
  });

  test("does not treat the text as a pattern", async () => {
    expect(await grep("n..dle")).toEqual([]);
    expect(await grep('{"needle"')).toHaveLength(1);
  });

  test("can be limited to file names or relative paths", async () => {
    expect(await grep("needle", ".", { glob: "*.md" })).toEqual(["src/deep/c.md:1:# needle\r"]);
    expect(await grep("needle", ".", { glob: "src/*.ts" })).toEqual(["src/b.ts:1:needle"]);
    expect(await grep("needle", "src", { glob: "deep/*" })).toEqual(["src/deep/c.md:1:# needle\r"]);
  });

  test("can search a single file", async () => {
    expect(await grep("again", "a.ts")).toEqual(["a.ts:3:  needle again"]);
  });

  test("stops at its limit and says so", async () => {
    const all = await grepFiles(await Root.open(root), root, "needle", { signal, limit: 5 });
    expect(all).toMatchObject({ truncated: false, items: { length: 5 } });
    const some = await grepFiles(await Root.open(root), root, "needle", { signal, limit: 4 });
    expect(some).toMatchObject({ truncated: true, items: { length: 4 } });
  });

  test("does not follow links out of the root", async () => {
    const found = await grepFiles(await Root.open(root), root, "needle", { signal, limit: 100 });
    expect(found.items.map(({ path }) => path).filter((path) => path.includes("link"))).toEqual([]);
    const link = grepFiles(await Root.open(root), join(root, "file-link.ts"), "needle", { signal, limit: 100 });
    await expect(link).rejects.toMatchObject({ code: "outside" });
  });

  test("cuts very long lines", async () => {
    await using other = await temporaryFolder();
    await Bun.write(join(other.path, "min.js"), `needle${"x".repeat(100_000)}`);
    const { items } = await grepFiles(await Root.open(other.path), other.path, "needle", { signal, limit: 1 });
    expect(items[0]?.text).toHaveLength(1_000);
  });

  test("refuses a start that does not exist", async () => {
    await expect(grep("needle", "missing")).rejects.toMatchObject({ code: "not-found" });
  });
});

test("a search for names reports an invalid start", async () => {
  await expect(globFiles(await Root.open(root), join(root, "nowhere"), "*", { signal })).rejects.toMatchObject({
    code: "not-found",
  });
});

describe("a search", () => {
  test("stops at its time limit and says so", async () => {
    const limitMs = -1;
    expect(await globFiles(await Root.open(root), root, "**/nothing", { signal, limitMs })).toMatchObject({
      items: [],
      truncated: true,
    });
    expect(await grepFiles(await Root.open(root), root, "nothing", { signal, limitMs, limit: 1 })).toMatchObject({
      truncated: true,
    });
  });

  test("stops when the signal aborts", async () => {
    const gone = AbortSignal.abort(new Error("not wanted"));
    await expect(globFiles(await Root.open(root), root, "**/nothing", { signal: gone })).rejects.toThrow("not wanted");
    await expect(grepFiles(await Root.open(root), root, "nothing", { signal: gone, limit: 1 })).rejects.toThrow(
      "not wanted",
    );
  });

  test("continues if directories are deleted meanwhile", async () => {
    await using other = await temporaryFolder();
    for (let index = 0; index < 50; index++) await Bun.write(join(other.path, `d${index}/a.txt`), "needle");
    const searching = grepFiles(await Root.open(other.path), other.path, "needle", { signal, limit: 100 });
    for (let index = 0; index < 50; index += 2) await rm(join(other.path, `d${index}`), { recursive: true });
    const { items, unreadable } = await searching;
    expect(items.length).toBeGreaterThanOrEqual(25);
    expect(unreadable).toEqual([]);
  });
});
