import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { directoryFailure } from "./directory-failure.ts";

function troubleOf(directory: string) {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    return directoryFailure(directory, "DATA_DIR", error);
  }
  throw new Error(`${directory} could be made`);
}

test("a path that is no directory, or leads through none, is told as that, with the setting to change", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "file");
  writeFileSync(file, "");
  symlinkSync(join(folder.path, "nowhere"), join(folder.path, "link"));
  const choose = "Set DATA_DIR to a directory, or to a path where one can be made";
  expect(troubleOf(file)).toEqual({ what: "it is not a directory (EEXIST)", remedy: `${choose}; or move it away.` });
  expect(troubleOf(join(folder.path, "link"))).toEqual({
    what: "it is a link that leads to no directory (EEXIST)",
    remedy: `${choose}; or move it away.`,
  });
  expect(troubleOf("/dev/null")).toEqual({ what: "it is not a directory (EEXIST)", remedy: `${choose}.` });
  expect(troubleOf(join(file, "data"))).toEqual({
    what: "a part of its path is not a directory (ENOTDIR)",
    remedy: `${choose}.`,
  });
});

test("what has another reason is not explained", () => {
  for (const error of [Object.assign(new Error("denied"), { code: "EACCES" }), new Error("x"), undefined])
    expect(directoryFailure("/data", "DATA_DIR", error)).toBeUndefined();
});
