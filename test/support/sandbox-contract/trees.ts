import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Sandbox, Tree, TreeFile } from "../../../src/sandbox/index.ts";
import { codeOf, type OpenSubject, printed, type Subject } from "./subject.ts";

const DIRECTORY = "bin/skills";

function file(path: string, content: string | Uint8Array = `content of ${path}`, isExecutable = false): TreeFile {
  const bytes = Buffer.from(content);
  return { path, size: bytes.length, isExecutable, read: async () => bytes };
}

function tree(name: string, files: readonly TreeFile[], directories: readonly string[] = []): Tree {
  return { name, files, directories };
}

/** The same tree, which notes the files that are read. */
function watched(of: Tree, read: string[]): Tree {
  const files = of.files.map((one) => ({
    ...one,
    read: () => {
      read.push(one.path);
      return one.read();
    },
  }));
  return { ...of, files };
}

/** How read-only trees are installed in every kind of sandbox. */
export function treesContract(kind: string, open: OpenSubject): void {
  describe(`trees in a ${kind} sandbox`, () => {
    let subject: Subject;
    let sandbox: Sandbox;
    beforeEach(async () => {
      subject = await open({ commandTimeoutMs: 60_000 });
      ({ sandbox } = await subject.acquire());
    });
    afterEach(async () => await subject.close());

    const sample = () =>
      tree(
        "abc",
        [
          file("SKILL.md"),
          file("scripts/run.sh", "#!/bin/sh\necho ran\n", true),
          file("data/é ü/x.bin", new Uint8Array(9)),
        ],
        ["empty/deep"],
      );

    test("are at the paths that are returned, with their files, modes and directories", async () => {
      const trees = await sandbox.installTrees(DIRECTORY, [sample(), tree("def", [file("SKILL.md", "other")])]);
      const paths = trees.map(({ path }) => path);
      expect(paths).toEqual([`${sandbox.root}/${DIRECTORY}/abc`, `${sandbox.root}/${DIRECTORY}/def`]);
      expect(trees.map(({ wasThere }) => wasThere)).toEqual([false, false]);
      expect(await printed(sandbox, `${paths[0]}/scripts/run.sh; cat ${paths[1]}/SKILL.md`)).toBe("ran\nother");
      const listing = await printed(sandbox, `cd ${DIRECTORY}; find . -printf '%P %y %m\n' | LC_ALL=C sort`);
      expect(listing.split("\n").filter((line) => line.includes(" f "))).toEqual([
        ".gitignore f 644",
        "abc/SKILL.md f 444",
        "abc/data/é ü/x.bin f 444",
        "abc/scripts/run.sh f 555",
        "def/SKILL.md f 444",
      ]);
      expect(listing).toContain("abc/empty/deep d 755");
    });

    test("are left as they are if they are there, and nothing is read", async () => {
      await sandbox.installTrees(DIRECTORY, [sample()]);
      const before = await printed(sandbox, `stat -c '%i %Z' ${DIRECTORY}/abc/SKILL.md`);
      const read: string[] = [];
      const trees = await sandbox.installTrees(DIRECTORY, [watched(sample(), read), tree("def", [file("new")])]);
      expect(read).toEqual([]);
      expect(trees.map(({ wasThere }) => wasThere)).toEqual([true, false]);
      expect(await printed(sandbox, `stat -c '%i %Z' ${DIRECTORY}/abc/SKILL.md`)).toBe(before);
    });

    test.each([
      ["a file was changed", "chmod u+w SKILL.md; echo more >>SKILL.md"],
      ["a file was touched", "touch SKILL.md"],
      ["a file is writable", "chmod 644 SKILL.md"],
      ["a file was added", "touch new"],
      ["a file was deleted", "rm -f scripts/run.sh"],
      ["a directory was deleted", "rm -r empty"],
      ["a file became a link", "rm -f SKILL.md; ln -s /etc/passwd SKILL.md"],
      ["it became a link", "cd ..; mv abc moved; ln -s moved abc"],
      ["it became a file", "cd ..; rm -rf abc; echo x >abc"],
    ])("are replaced if %s", async (_, change) => {
      await sandbox.installTrees(DIRECTORY, [sample()]);
      await sandbox.execute(`cd ${DIRECTORY}/abc && { ${change}; }`);
      await sandbox.installTrees(DIRECTORY, [sample()]);
      const read: string[] = [];
      await sandbox.installTrees(DIRECTORY, [watched(sample(), read)]);
      expect(read).toEqual([]);
      expect(await printed(sandbox, `cat ${DIRECTORY}/abc/SKILL.md; echo; ls -A ${DIRECTORY}`)).toMatch(
        /^content of SKILL.md\n\.gitignore\nabc(\nmoved)?$/,
      );
    });

    test("can be deleted by a command", async () => {
      await sandbox.installTrees(DIRECTORY, [sample()]);
      expect(await printed(sandbox, "rm -rf bin && ls -A")).toBe("");
    });

    test("may be installed by many at once", async () => {
      const many = Array.from({ length: 8 }, () => sandbox.installTrees(DIRECTORY, [sample()]));
      expect(new Set((await Promise.all(many)).flat().map(({ path }) => path)).size).toBe(1);
      expect(await printed(sandbox, `ls -A ${DIRECTORY}; ls -A ${DIRECTORY}/abc`)).toBe(
        ".gitignore\nabc\nSKILL.md\ndata\nempty\nscripts",
      );
    });

    test("leave nothing behind if a file cannot be read, and the error says why", async () => {
      const read = async () => Promise.reject(new Error("this file is damaged"));
      const broken = tree("abc", [file("first"), { ...file("second"), read }]);
      await expect(sandbox.installTrees(DIRECTORY, [broken])).rejects.toThrow("this file is damaged");
      expect(await printed(sandbox, `ls -A ${DIRECTORY}`)).toBe(".gitignore");
    });

    test("are not disturbed by what a killed runner left: it is deleted after an hour", async () => {
      await sandbox.execute(
        `mkdir -p ${DIRECTORY} && cd ${DIRECTORY} && mkdir -p .installing-1/abc .installing-2 && touch -d '2 hours ago' .installing-1`,
      );
      await sandbox.installTrees(DIRECTORY, [sample()]);
      expect(await printed(sandbox, `ls -A ${DIRECTORY}`)).toBe(".installing-2\nabc");
    });

    test("are not written through links that lead out of the root", async () => {
      await sandbox.execute("mkdir bin; ln -s /tmp bin/skills");
      expect(await codeOf(sandbox.installTrees(DIRECTORY, [sample()]))).toBe("outside");
      await sandbox.execute("rm -r bin; ln -s ../.. bin");
      expect(await codeOf(sandbox.installTrees(DIRECTORY, [sample()]))).toBe("outside");
    });

    test("are refused if their names lead elsewhere", async () => {
      for (const name of ["..", "a/b", "", "-rf", ".x", "a b", "$x"])
        expect([name, await codeOf(sandbox.installTrees(DIRECTORY, [tree(name, [])]))]).toEqual([name, "invalid"]);
      for (const path of ["../x", "/x", "a//b", "./x", "x/.."])
        expect(await codeOf(sandbox.installTrees(DIRECTORY, [tree("abc", [file(path)])]))).toBe("invalid");
      expect(await printed(sandbox, "ls -A")).toBe("");
    });

    test("do not hide what the user has in the same directory from Git", async () => {
      await sandbox.writeFile(`${DIRECTORY}/mine`, "x");
      await sandbox.installTrees(DIRECTORY, [sample()]);
      expect(await printed(sandbox, `ls -A ${DIRECTORY}`)).toBe("abc\nmine");
    });

    test("say so if the directory cannot be written", async () => {
      await sandbox.execute("mkdir -p bin/skills; chmod 755 . bin; chmod 555 bin/skills");
      await subject.unprivileged(async () =>
        expect(await codeOf(sandbox.installTrees(DIRECTORY, [sample()]))).toBe("denied"),
      );
    });

    test("may have very many files, and names with odd characters", async () => {
      const names = ["with space", "it's", "$HOME", "-rf", "a;b&c", "*", '"q"', "ü€", "x".repeat(200)];
      const many = Array.from({ length: 2_000 }, (_, index) => file(`many/${index % 40}/${index}`));
      const deep = file(`${"directory/".repeat(60)}end`);
      const large = tree("large", [...many, ...names.map((name) => file(`odd/${name}/${name}`)), deep]);
      await sandbox.installTrees(DIRECTORY, [large]);
      const read: string[] = [];
      await sandbox.installTrees(DIRECTORY, [watched(large, read)]);
      expect(read).toEqual([]);
      expect(await printed(sandbox, `find ${DIRECTORY}/large -type f | wc -l`)).toBe("2010");
    });
  });
}
