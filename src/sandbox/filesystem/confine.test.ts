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

/** The code with which a path is refused. */
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

  test("need not exist", async () => {
    expect(await confine(root, "new/deep/file.txt")).toBe(join(root, "new/deep/file.txt"));
  });

  test("may have a name that starts with two dots", async () => {
    expect(await confine(root, "..hidden")).toBe(join(root, "..hidden"));
  });

  test("may lead through links that end inside", async () => {
    expect(await confine(root, "link-inside/new.txt")).toBe(join(root, "dir/new.txt"));
  });
});

describe("an absolute path that agents mean to be the root's", () => {
  test("counts as the root's where this machine has nothing of its first name", async () => {
    expect(await confine(root, "/no-such-name-here/notes.md")).toBe(join(root, "no-such-name-here/notes.md"));
    expect(await confine(root, "/no-such-name-here.md")).toBe(join(root, "no-such-name-here.md"));
  });

  test("is refused where it has", async () => {
    expect(await refusal(confine(root, "/etc/passwd"))).toBe("outside");
    expect(await refusal(confine(root, "//etc/passwd"))).toBe("outside");
    expect(await refusal(confine(root, "/no-such-name-here/../etc/passwd"))).toBe("outside");
  });

  test("goes to the runner's directory under the names that the agent library uses", async () => {
    const aliases = { "/large_tool_results": "own/results" };
    expect(await confine(root, "/large_tool_results/1.txt", aliases)).toBe(join(root, "own/results/1.txt"));
    expect(await confine(root, "/large_tool_results", aliases)).toBe(join(root, "own/results"));
    expect(await confine(root, "/large_tool_results_2", aliases)).toBe(join(root, "large_tool_results_2"));
    expect(await refusal(confine(root, "/large_tool_results/../etc/passwd", aliases))).toBe("outside");
  });
});

describe("a path that leads out of the root", () => {
  test("is refused, with what is allowed", async () => {
    await expect(confine(root, "../elsewhere/secret.txt")).rejects.toThrow(`Use a path below ${root}`);
    for (const path of ["..", "dir/../../elsewhere", join(root, "../elsewhere"), "../root-too"])
      expect(await refusal(confine(root, path))).toBe("outside");
  });

  test("is refused where it only starts like the root", async () => {
    expect(await refusal(confine(root, `${root}-too/file.txt`))).toBe("outside");
  });

  test("is refused where a link leads there, at its end or on the way", async () => {
    for (const path of ["link-outside", "link-outside/secret.txt", "link-outside/new.txt", "dir/file-link"])
      expect(await refusal(confine(root, path))).toBe("outside");
  });
});

describe("a path that cannot be one", () => {
  test("is refused", async () => {
    expect(await refusal(confine(root, "a\0b"))).toBe("invalid");
    expect(await refusal(confine(root, "circle/x"))).toBe("invalid");
    expect(await refusal(confine(root, "x".repeat(5_000)))).toBe("invalid");
    expect(await refusal(confine(root, "file.txt/below"))).toBe("not-a-directory");
  });

  test("is a link to nothing, which writing would create somewhere", async () => {
    expect(await refusal(confine(root, "link-to-nothing"))).toBe("invalid");
  });
});

describe("an entry that is to be removed", () => {
  test("is the link itself, not what it points to", async () => {
    expect(await confineEntry(root, "link-outside")).toBe(join(root, "link-outside"));
    expect(await confineEntry(root, "link-to-nothing")).toBe(join(root, "link-to-nothing"));
  });

  test("is refused behind a link that leads out", async () => {
    expect(await refusal(confineEntry(root, "link-outside/secret.txt"))).toBe("outside");
    expect(await refusal(confineEntry(root, "../elsewhere"))).toBe("outside");
    expect(await refusal(confineEntry(root, ".."))).toBe("outside");
  });

  test("may turn out to be the root", async () => {
    for (const path of [".", "/", `../${basename(root)}`]) expect(await confineEntry(root, path)).toBe(root);
  });
});
