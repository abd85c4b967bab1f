import { expect, test } from "bun:test";
import { chmod, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { lockDataDirectory } from "./data-directory.ts";

const HOLDER = `import { lockDataDirectory } from ${JSON.stringify(join(import.meta.dir, "data-directory.ts"))};
globalThis.free = lockDataDirectory(process.argv.at(-1)); console.log("held"); setInterval(() => {}, 1e6);`;

test("the data directory is created, and locked until it is released or its owner is killed", async () => {
  await using folder = await temporaryFolder();
  const directory = join(folder.path, "new/data");
  const free = lockDataDirectory(directory);
  expect((await stat(directory)).mode & 0o777).toBe(0o700);
  expect(() => lockDataDirectory(directory)).toThrow(`Another \`dev\` uses the data directory ${directory}`);
  free();
  const other = Bun.spawn([process.execPath, "-e", HOLDER, directory], { stdout: "pipe" });
  expect(new TextDecoder().decode((await other.stdout.getReader().read()).value)).toBe("held\n");
  expect(() => lockDataDirectory(directory)).toThrow("Another `dev`");
  other.kill("SIGKILL");
  await other.exited;
  lockDataDirectory(directory)();
});

test("an unusable data directory is reported with its cause and a remedy", async () => {
  await using folder = await temporaryFolder();
  await Bun.write(join(folder.path, "file"), "");
  expect(() => lockDataDirectory(join(folder.path, "file"))).toThrow("cannot be used: it is not a directory (EEXIST)");
  expect(() => lockDataDirectory(join(folder.path, "file/data"))).toThrow(/cannot be used: .*ENOTDIR/);
  expect(() => lockDataDirectory("/dev/null")).toThrow(
    expect.objectContaining({ remedies: [expect.stringContaining("Set STIGMER_DATA_DIR to a directory")] }),
  );
  await mkdir(join(folder.path, "damaged/dev.lock"), { recursive: true });
  await chmod(join(folder.path, "damaged"), 0o700);
  const lock = join(folder.path, "damaged/dev.lock");
  expect(() => lockDataDirectory(join(folder.path, "damaged"))).toThrow(`${lock} cannot be used: it is a directory`);
});

test("a damaged lock file is named with the advice to remove it", async () => {
  await using folder = await temporaryFolder();
  const lock = join(folder.path, "dev.lock");
  for (const garbage of ["garbage", "garbage ".repeat(1_000)]) {
    await Bun.write(lock, garbage);
    const holding = () => lockDataDirectory(folder.path);
    expect(holding).toThrow(`The lock file ${lock} cannot be used: it is damaged (SQLITE_NOTADB)`);
    expect(holding).toThrow(
      expect.objectContaining({ remedies: [expect.stringContaining(`Remove the file ${lock}:`)] }),
    );
  }
});
