import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { directoryError } from "./directory-error.ts";

const explain = (directory: string, error: unknown) =>
  directoryError({ directory, variable: "DATA_DIR", purpose: "data directory" }, error);

function errorOf(directory: string) {
  try {
    mkdirSync(directory, { recursive: true });
  } catch (error) {
    return explain(directory, error);
  }
  throw new Error(`${directory} could be made`);
}

test("a path that is not a directory, or leads through a file, is explained with the setting to change", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "file");
  const link = join(folder.path, "link");
  writeFileSync(file, "");
  symlinkSync(join(folder.path, "nowhere"), link);
  const choose = "Set DATA_DIR to a directory, or to a path where one can be made";
  for (const [directory, what, remedy] of [
    [file, "it is not a directory (EEXIST)", `${choose}; or move it away.`],
    [link, "it is a link that leads to no directory (EEXIST)", `${choose}; or move it away.`],
    ["/dev/null", "it is not a directory (EEXIST)", `${choose}.`],
    [join(file, "data"), "a part of its path is not a directory (ENOTDIR)", `${choose}.`],
  ] as const) {
    const error = errorOf(directory);
    expect(error.code).toBe("not-a-directory");
    expect(error.message).toBe(`The data directory ${directory} cannot be used: ${what}`);
    expect(error.remedies).toEqual([remedy]);
  }
});

test("any other error keeps its text and gets a remedy with the setting", () => {
  for (const [code, kind] of [
    ["EACCES", "denied"],
    ["ENOSPC", "full"],
  ] as const) {
    const error = explain("/data", Object.assign(new Error("the system's words"), { code }));
    expect(error.code).toBe(kind);
    expect(error.message).toBe("The data directory /data cannot be used: the system's words");
    expect(error.remedies.join()).toContain("set DATA_DIR");
  }
});
