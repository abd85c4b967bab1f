import { describe, expect, test } from "bun:test";
import { chmod, link, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { canMount, inMountNamespace } from "../../../test/support/mount-namespace.ts";
import { requirement } from "../../../test/support/requirement.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { replaceFile } from "./replace-file.ts";
import { PathHandle } from "./root.ts";

const mayMount = requirement(canMount, "files on a full disk: this user may not mount one");

describe("a file that is replaced", () => {
  test("keeps its permissions, and nothing else is left in its directory", async () => {
    await using folder = await temporaryFolder();
    const script = join(folder.path, "script.sh");
    await writeFile(script, "old");
    await chmod(script, 0o751);
    await replaceFile(new PathHandle(folder.path), "script.sh", "new", "script.sh");
    expect([await readFile(script, "utf8"), (await stat(script)).mode & 0o7777]).toEqual(["new", 0o751]);
    expect(await readdir(folder.path)).toEqual(["script.sh"]);
  });

  test("stays one file if it has two names", async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "one"), "a long old text");
    await link(join(folder.path, "one"), join(folder.path, "two"));
    await replaceFile(new PathHandle(folder.path), "one", "new", "one");
    expect(await readFile(join(folder.path, "two"), "utf8")).toBe("new");
  });

  test("can be written by several at the same time, also if nobody has created it yet", async () => {
    await using folder = await temporaryFolder();
    const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`);
    await Promise.all(texts.map(async (text) => await replaceFile(new PathHandle(folder.path), "new", text, "new")));
    expect(texts).toContain(await readFile(join(folder.path, "new"), "utf8"));
    expect(await readdir(folder.path)).toEqual(["new"]);
  });

  test.if(mayMount)("is written in place if it cannot be replaced, as one that is mounted by itself", async () => {
    await using folder = await temporaryFolder();
    const [source, mounted] = [join(folder.path, "source"), join(folder.path, "mounted")];
    await writeFile(source, "a long old text");
    await writeFile(mounted, "");
    const program = writing([["mounted", "new"]], folder.path);
    const mount = `mount --bind ${source} ${mounted}; "$@"`;
    const { stdout } = Bun.spawnSync([...inMountNamespace(mount, [process.execPath, "-e", program])]);
    expect([stdout.toString(), await readFile(source, "utf8")]).toEqual(["mounted,source\n", "new"]);
  });

  test.if(mayMount)("keeps its content on a full disk, and a new one is not left half written", async () => {
    await using folder = await temporaryFolder();
    const big = "x".repeat(40_000);
    const program = `require("node:fs").writeFileSync(${JSON.stringify(join(folder.path, "old"))}, "of the user");
${writing(
  [
    ["old", big],
    ["new", big],
  ],
  folder.path,
)}
console.log(require("node:fs").readFileSync(${JSON.stringify(join(folder.path, "old"))}, "utf8"));`;
    const mount = `mount -t tmpfs -o size=16k none ${folder.path}; "$@"`;
    const { stdout, stderr } = Bun.spawnSync([...inMountNamespace(mount, [process.execPath, "-e", program])]);
    expect([stdout.toString(), stderr.toString()]).toEqual(["ENOSPC\nENOSPC\nold\nof the user\n", ""]);
  });
});

/** A program that writes files, and says which could not be written and which files there are. */
function writing(files: readonly (readonly [name: string, content: string])[], folder: string): string {
  return `const { replaceFile } = await import(${JSON.stringify(join(import.meta.dir, "replace-file.ts"))});
const { PathHandle } = await import(${JSON.stringify(join(import.meta.dir, "root.ts"))});
for (const [name, content] of ${JSON.stringify(files)})
  await replaceFile(new PathHandle(${JSON.stringify(folder)}), name, content, name).catch(({ code }) => console.log(code));
console.log(require("node:fs").readdirSync(${JSON.stringify(folder)}).sort().join());`;
}
