import { expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { messageOf } from "../shared/errors.ts";
import { readEnvFile } from "./read-env-file.ts";

function problemOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    return messageOf(error);
  }
  return "none";
}

test("the default env file is not read if it is a pipe or a device, which may have no end", async () => {
  await using folder = await temporaryFolder();
  const [pipe, zero] = [join(folder.path, "pipe"), join(folder.path, "zero")];
  await Bun.$`mkfifo ${pipe}`;
  await symlink("/dev/zero", zero);
  for (const path of [pipe, zero]) expect(problemOf(() => readEnvFile(path, false))).toContain("it is not a file");
  expect(readEnvFile(join(folder.path, "none"), false)).toBe("");
});

test("an env file that --env-file names may be a device, up to a limit", () => {
  expect(readEnvFile("/dev/null", true)).toBe("");
  expect(problemOf(() => readEnvFile("/dev/zero", true))).toMatch(
    /--env-file \/dev\/zero .*it is too large.*at most 1 MiB/s,
  );
});
