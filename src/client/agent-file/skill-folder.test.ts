import { describe, expect, test } from "bun:test";
import { chmod, mkdir, rename, symlink, utimes } from "node:fs/promises";
import { type FileTree, fileTree } from "../../../test/support/file-tree.ts";
import { inspectZip, openZip } from "../../archives/index.ts";
import { SKILL_ZIP_LIMITS } from "../../shared/skill-limits.ts";
import { type PackedSkill, readSkillFolder } from "./skill-folder.ts";
import { SkillFolderError } from "./skill-folder-error.ts";

const never = new AbortController().signal;
const SKILL = { "SKILL.md": "---\nname: changelog\n---\nHow to write one.\n" };

async function pack(files: FileTree): Promise<PackedSkill> {
  await using folder = await fileTree(files);
  return await readSkillFolder(folder.path, never);
}

describe("the folder of a skill", () => {
  test("is packed with its executable bits, and without what tools and editors leave", async () => {
    const skill = await pack({
      ...SKILL,
      "scripts/run.sh": "#!/bin/sh\necho é\n",
      "data/é.txt": "text",
      ".DS_Store": "x",
      "scripts/__pycache__/a.pyc": "x",
      ".git/HEAD": "x",
      "node_modules/left-pad/index.js": "x",
      "notes.md~": "x",
      ".hidden": "kept",
      ".env": "KEY=secret",
      ".env.local": "KEY=secret",
      ".env.example": "KEY=",
    });
    expect(skill).toMatchObject({ name: "changelog", files: 5, executables: ["scripts/run.sh"] });
    expect(skill.leftOut).toEqual([
      ".DS_Store",
      ".env",
      ".env.local",
      ".git/",
      "node_modules/",
      "notes.md~",
      "scripts/__pycache__/",
    ]);
    const archive = await openZip(skill.zip, SKILL_ZIP_LIMITS);
    expect(archive.entries.map(({ name }) => name)).toEqual([
      ".env.example",
      ".hidden",
      "SKILL.md",
      "data/é.txt",
      "scripts/run.sh",
    ]);
    const script = archive.entries.at(-1) ?? expect.unreachable();
    expect(new TextDecoder().decode(await archive.read(script))).toBe("#!/bin/sh\necho é\n");
    expect(skill.hash).toBe(new Bun.CryptoHasher("sha256").update(skill.zip).digest("hex"));
  });

  test("gives the same zip for the same content, whatever the times, modes and the order of creation are", async () => {
    await using one = await fileTree({ ...SKILL, "b.txt": "b", "a.txt": "a", "run.sh": "#!/bin/sh\n" });
    await using two = await fileTree({ "run.sh": "#!/bin/sh\n", "a.txt": "a", "b.txt": "b", ...SKILL });
    await utimes(two.file("a.txt"), 1, 1);
    await chmod(two.file("b.txt"), 0o600);
    await chmod(two.file("run.sh"), 0o700);
    await mkdir(two.file("empty"));
    const [first, second] = [await readSkillFolder(one.path, never), await readSkillFolder(two.path, never)];
    expect(second.hash).toBe(first.hash);
    await chmod(two.file("a.txt"), 0o755);
    expect((await readSkillFolder(two.path, never)).hash).not.toBe(first.hash);
  });

  test("has a hash that never changes with the machine, its time zone or the version of the program", async () => {
    const { hash } = await pack({ ...SKILL, "scripts/run.sh": "#!/bin/sh\necho hello hello hello\n" });
    expect(hash).toBe("785064563035699f94e44ad74c8dbdda2457784827716c6fab2594dd1b7ed15f");
  });

  test("gives its name to the skill if SKILL.md has none", async () => {
    await using folder = await fileTree({ "release-notes/SKILL.md": "Write them.\n" });
    expect((await readSkillFolder(folder.file("release-notes"), never)).name).toBe("release-notes");
  });

  test("may have files of several chunks", async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    const large = Buffer.concat(Array.from({ length: 10 }, () => bytes));
    const skill = await pack({ ...SKILL, large });
    const archive = await inspectZip(skill.zip, SKILL_ZIP_LIMITS);
    const entry = archive.entries.find(({ name }) => name === "large") ?? expect.unreachable();
    expect(Buffer.compare(await archive.read(entry), large)).toBe(0);
  });

  test("is not read on when the signal aborts", async () => {
    await using folder = await fileTree(SKILL);
    await expect(readSkillFolder(folder.path, AbortSignal.abort(new Error("enough")))).rejects.toThrow("enough");
  });
});

describe("the folder of a skill is refused", () => {
  const cases: readonly (readonly [string, FileTree, string])[] = [
    ["without SKILL.md", { "README.md": "x" }, "has no SKILL.md: write one"],
    ["with skill.md in other letters", { "skill.md": "x" }, "has no SKILL.md: rename skill.md"],
    ["with an empty SKILL.md", { "SKILL.md": " \n" }, "has an empty SKILL.md"],
    ["with a large SKILL.md", { "SKILL.md": "x".repeat(1024 * 1024 + 1) }, "SKILL.md of more than 1 MiB"],
    ["with a SKILL.md that is no text", { "SKILL.md": new Uint8Array([0xff, 0xfe]) }, "no text in UTF-8"],
    [
      "with a name that is none",
      { "SKILL.md": "---\nname: My Skill\n---\n" },
      "lower-case letters, digits and hyphens",
    ],
    ["with a broken front matter", { "SKILL.md": "---\nname: [\n---\n" }, "is not YAML"],
    [
      "with a front matter of many aliases",
      { "SKILL.md": `---\na: &a [x]\nb: [${"*a,".repeat(50)}]\n---\n` },
      "cannot be read",
    ],
    ["with names that differ in case only", { ...SKILL, "a/x": "1", "A/X": "2" }, "differs only in case"],
    ["with a backslash in a name", { ...SKILL, "a\\b": "1" }, "backslash"],
    ["that would be a bomb", { ...SKILL, zeros: new Uint8Array(3_000_000) }, "more than 100 times its size"],
  ];
  test.each(cases)("%s", async (_, files, problem) => {
    await expect(pack(files)).rejects.toThrow(SkillFolderError);
    await expect(pack(files)).rejects.toThrow(problem);
  });

  test("that does not exist, or is a file", async () => {
    await using folder = await fileTree(SKILL);
    await expect(readSkillFolder(folder.file("none"), never)).rejects.toThrow("does not exist");
    await expect(readSkillFolder(folder.file("SKILL.md"), never)).rejects.toThrow("is not a folder");
  });

  test("with links, devices and pipes", async () => {
    await using folder = await fileTree(SKILL);
    await symlink("/etc/passwd", folder.file("passwd"));
    await expect(readSkillFolder(folder.path, never)).rejects.toThrow("contains the link passwd");
    await using other = await fileTree(SKILL);
    await Bun.$`mkfifo ${other.file("pipe")}`;
    await expect(readSkillFolder(other.path, never)).rejects.toThrow(
      "contains pipe, which is neither a file nor a folder",
    );
  });

  test("with too many files", async () => {
    await using folder = await fileTree(SKILL);
    await Bun.$`seq 1 10000 | xargs touch`.cwd(folder.path).quiet();
    await expect(readSkillFolder(folder.path, never)).rejects.toThrow("more than 10000 files");
  });

  test("with a file that disappears, or becomes shorter, while it is packed", async () => {
    const { packFiles } = await import("./pack-skill.ts");
    await using folder = await fileTree(SKILL);
    const file = { name: "SKILL.md", path: folder.file("SKILL.md"), size: 1_000, isExecutable: false };
    await expect(packFiles([file], never)).rejects.toThrow("it became shorter");
    await rename(file.path, folder.file("other"));
    await expect(packFiles([file], never)).rejects.toThrow("cannot be read");
  });
});
