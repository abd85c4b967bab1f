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

  test.if(mayMount)("keeps its content on a full disk, and a new one is not left half written", async () => {
    await using folder = await temporaryFolder();
    const program = `
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { replaceFile } from ${JSON.stringify(join(import.meta.dir, "replace-file.ts"))};
import { PathHandle } from ${JSON.stringify(join(import.meta.dir, "root.ts"))};
const folder = ${JSON.stringify(folder.path)};
writeFileSync(folder + "/old", "of the user");
for (const name of ["old", "new"])
  await replaceFile(new PathHandle(folder), name, "x".repeat(1_000_000), name).catch(({ code }) => console.log(code));
console.log(readdirSync(folder).join(), readFileSync(folder + "/old", "utf8"));`;
    const mount = `mount -t tmpfs -o size=64k none ${folder.path}; "$@"`;
    const { stdout, stderr } = Bun.spawnSync([...inMountNamespace(mount, [process.execPath, "-e", program])]);
    expect([stdout.toString(), stderr.toString()]).toEqual(["ENOSPC\nENOSPC\nold of the user\n", ""]);
  });
});
