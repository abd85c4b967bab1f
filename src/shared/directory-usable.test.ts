import { expect, test } from "bun:test";
import { chmod, mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { NOBODY } from "../../test/support/without-root.ts";
import { checkUsable } from "./directory-usable.ts";

const check = (directory: string) => checkUsable({ directory, variable: "DATA_DIR", purpose: "data directory" });

test("a directory that is writable, or could be made, is usable, and nothing is made", async () => {
  await using folder = await temporaryFolder();
  await check(folder.path);
  await check(join(folder.path, "new/deep"));
  expect(await readdir(folder.path)).toEqual([]);
});

test("what cannot become a directory is explained as it is when the directory is made", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "file");
  const link = join(folder.path, "link");
  await Bun.write(file, "");
  await symlink(join(folder.path, "nowhere"), link);
  await expect(check(file)).rejects.toThrow(
    `The data directory ${file} cannot be used: it is not a directory (EEXIST)`,
  );
  await expect(check(join(file, "data"))).rejects.toThrow("a part of its path is not a directory (ENOTDIR)");
  await expect(check(link)).rejects.toThrow("it is a link that leads to no directory (EEXIST)");
});

/** In another process: the system checks permissions for its real user, which a process cannot take back. */
const CHECK_AS_NOBODY = `import { checkUsable } from ${JSON.stringify(join(import.meta.dir, "directory-usable.ts"))};
if (process.getuid() === 0) process.setuid(${NOBODY});
const setting = { directory: process.argv.at(-1), variable: "DATA_DIR", purpose: "data directory" };
console.log(await checkUsable(setting).then(() => "usable", ({ code, remedies }) => JSON.stringify({ code, remedies })));`;

test("a directory without write permission, or inside one, is not usable", async () => {
  await using folder = await temporaryFolder();
  await chmod(folder.path, 0o755);
  const locked = join(folder.path, "locked");
  await mkdir(locked, { mode: 0o555 });
  for (const directory of [locked, join(locked, "new")]) {
    const child = Bun.spawn([process.execPath, "-e", CHECK_AS_NOBODY, directory], { stdout: "pipe" });
    expect(JSON.parse(await new Response(child.stdout).text())).toEqual({
      code: "denied",
      remedies: [expect.stringContaining("set DATA_DIR")],
    });
  }
});
