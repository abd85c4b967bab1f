import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "./index.ts";

let folder = "";
let file = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "agent-runner-exposed-"));
  file = join(folder, "token");
  await writeFile(file, "token-of-the-operator\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function warnings(mode: number, { directory = 0o755, path = file } = {}): Promise<readonly string[]> {
  await chmod(folder, directory);
  await chmod(file, mode);
  return loadConfig({ env: { MODE: "local", ADMIN_TOKEN_FILE: path }, envFile: "/dev/null" }).warnings;
}

test("a token file that others can read causes a warning that names it, its mode and the remedy", async () => {
  for (const mode of [0o644, 0o604, 0o444])
    expect(await warnings(mode)).toEqual([
      `ADMIN_TOKEN_FILE is the file ${file}, whose content everybody on this machine can read (mode 0${mode.toString(8)}): run \`chmod 600 ${file}\``,
    ]);
  expect(await warnings(0o640)).toEqual([expect.stringContaining("whose content its group can read (mode 0640)")]);
});

test("a link to such a file causes it too", async () => {
  const path = join(folder, "link");
  await symlink(file, path);
  expect(await warnings(0o644, { path })).toEqual([expect.stringContaining(`is the file ${path}, whose`)]);
});

test("a file that only its owner can read causes none, nor one in such a directory", async () => {
  expect(await warnings(0o600)).toEqual([]);
  expect(await warnings(0o400)).toEqual([]);
  expect(await warnings(0o644, { directory: 0o700 })).toEqual([]);
  // The group gets into the directory, and may not read the file.
  expect(await warnings(0o604, { directory: 0o710 })).toEqual([]);
});

test.skipIf(process.platform !== "linux")("secrets that are mounted from memory cause none", async () => {
  const mounted = await mkdtemp("/dev/shm/agent-runner-exposed-");
  try {
    await chmod(mounted, 0o755);
    await mkdir(join(mounted, "..data"));
    const target = join(mounted, "..data", "token");
    await writeFile(target, "token-of-the-operator", { mode: 0o644 });
    await symlink(target, join(mounted, "token"));
    expect(await warnings(0o600, { path: join(mounted, "token") })).toEqual([]);
  } finally {
    await rm(mounted, { recursive: true, force: true });
  }
});

test.skipIf(process.geteuid?.() !== 0)(
  "the file of another user causes none: this one could not protect it",
  async () => {
    await chown(file, 65_534, 65_534);
    try {
      expect(await warnings(0o644)).toEqual([]);
    } finally {
      await chown(file, 0, 0);
    }
  },
);
