import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, realpath, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { SandboxError } from "../sandbox-error.ts";
import { confine, confineEntry } from "./confine.ts";

let folder: TemporaryFolder;
let root: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  const above = await realpath(folder.path);
  root = join(above, "root");
  await mkdir(join(root, "dir"), { recursive: true });
  await mkdir(join(above, "elsewhere"));
  await mkdir(join(above, "root-too"));
  await Bun.write(join(root, "file.txt"), "inside");
  await Bun.write(join(above, "elsewhere/secret.txt"), "outside");
  await symlink(join(root, "dir"), join(root, "link-inside"));
  await symlink(join(above, "elsewhere"), join(root, "link-outside"));
  await symlink("../../elsewhere/secret.txt", join(root, "dir/file-link"));
  await symlink(join(above, "nothing"), join(root, "link-to-nothing"));
  await symlink(join(root, "circle"), join(root, "circle"));
});
afterAll(() => folder[Symbol.asyncDispose]());

/** The code of the error for a path. */
async function refusal(work: Promise<string>): Promise<string> {
  const error: unknown = await work.then(
    (path) => new Error(`it was allowed, as ${path}`),
    (reason: unknown) => reason,
  );
  if (error instanceof SandboxError) return error.code;
  throw error;
}

describe("a path inside the root", () => {
  test("may be relative to the root", async () => {
    expect(await confine(root, "file.txt")).toBe(join(root, "file.txt"));
    expect(await confine(root, "./dir/../file.txt")).toBe(join(root, "file.txt"));
    for (const itself of ["", ".", "/", "dir/.."]) expect(await confine(root, itself)).toBe(root);
  });

  test("may be absolute", async () => {
    expect(await confine(root, root)).toBe(root);
    expect(await confine(root, join(root, "dir"))).toBe(join(root, "dir"));
  });

  test("does not have to exist", async () => {
    expect(await confine(root, "new/deep/file.txt")).toBe(join(root, "new/deep/file.txt"));
  });

  test("may have a name that starts with two dots", async () => {
    expect(await confine(root, "..hidden")).toBe(join(root, "..hidden"));
  });

  test("may lead through links that end inside", async () => {
    expect(await confine(root, "link-inside/new.txt")).toBe(join(root, "dir/new.txt"));
  });
});

describe("an absolute path", () => {
  test("starts at the root if its first directory does not exist on this machine", async () => {
    expect(await confine(root, "/no-such-name-here/notes.md")).toBe(join(root, "no-such-name-here/notes.md"));
    expect(await confine(root, "/no-such-name-here.md")).toBe(join(root, "no-such-name-here.md"));
  });

  test("is refused if its first directory exists on this machine", async () => {
    expect(await refusal(confine(root, "/etc/passwd"))).toBe("outside");
    expect(await refusal(confine(root, "//etc/passwd"))).toBe("outside");
    expect(await refusal(confine(root, "/no-such-name-here/../etc/passwd"))).toBe("outside");
  });

  test("leads to the runner's directory if the agent library uses it", async () => {
    const aliases = { "/large_tool_results": "own/results" };
    expect(await confine(root, "/large_tool_results/1.txt", aliases)).toBe(join(root, "own/results/1.txt"));
    expect(await confine(root, "/large_tool_results", aliases)).toBe(join(root, "own/results"));
    expect(await confine(root, "/large_tool_results_2", aliases)).toBe(join(root, "large_tool_results_2"));
    expect(await refusal(confine(root, "/large_tool_results/../etc/passwd", aliases))).toBe("outside");
  });
});

describe("a path that leads out of the root", () => {
  test("is refused with a hint what is allowed", async () => {
    await expect(confine(root, "../elsewhere/secret.txt")).rejects.toThrow(`Use a path below ${root}`);
    for (const path of ["..", "dir/../../elsewhere", join(root, "../elsewhere"), "../root-too"])
      expect(await refusal(confine(root, path))).toBe("outside");
  });

  test("is refused if only its text starts like the root", async () => {
    expect(await refusal(confine(root, `${root}-too/file.txt`))).toBe("outside");
  });

  test("is refused if a link in it leads out", async () => {
    for (const path of ["link-outside", "link-outside/secret.txt", "link-outside/new.txt", "dir/file-link"])
      expect(await refusal(confine(root, path))).toBe("outside");
  });
});

describe("an invalid path", () => {
  test("is refused", async () => {
    expect(await refusal(confine(root, "a\0b"))).toBe("invalid");
    expect(await refusal(confine(root, "circle/x"))).toBe("invalid");
    expect(await refusal(confine(root, "x".repeat(5_000)))).toBe("invalid");
    expect(await refusal(confine(root, "file.txt/below"))).toBe("not-a-directory");
  });

  test("can be a dangling link, whose target writing would create", async () => {
    expect(await refusal(confine(root, "link-to-nothing"))).toBe("invalid");
  });
});

describe("an entry to be removed", () => {
  test("is the link itself, not its target", async () => {
    expect(await confineEntry(root, "link-outside")).toBe(join(root, "link-outside"));
    expect(await confineEntry(root, "link-to-nothing")).toBe(join(root, "link-to-nothing"));
  });

  test("is refused behind a link that leads out", async () => {
    expect(await refusal(confineEntry(root, "link-outside/secret.txt"))).toBe("outside");
    expect(await refusal(confineEntry(root, "../elsewhere"))).toBe("outside");
    expect(await refusal(confineEntry(root, ".."))).toBe("outside");
  });

  test("can be the root", async () => {
    for (const path of [".", "/", `../${basename(root)}`]) expect(await confineEntry(root, path)).toBe(root);
  });
});
