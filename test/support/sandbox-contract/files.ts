import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { FILE_SIZE_LIMIT, OWN_DIRECTORY, type Sandbox } from "../../../src/sandbox/index.ts";
import { codeOf, type OpenSubject, printed, relative, type Subject } from "./subject.ts";

/** How files are read, written, listed and deleted in every kind of sandbox. */
export function filesContract(kind: string, open: OpenSubject): void {
  // A group of its own, so that the hooks apply to these tests only.
  describe("the contract", () => {
    let subject: Subject;
    let sandbox: Sandbox;

    beforeEach(async () => {
      subject = await open({ commandTimeoutMs: 60_000 });
      ({ sandbox } = await subject.acquire());
    });
    afterEach(async () => await subject.close());

    async function read(path: string): Promise<string> {
      return new TextDecoder().decode(await sandbox.readFile(path));
    }

    describe(`files in a ${kind} sandbox`, () => {
      test("are written with the directories above them, and read unchanged", async () => {
        const text = "first\n\t'quoted' \"€\" $x `y` \\\nlast, without an end";
        expect(await sandbox.writeFile("a/b/notes.txt", text)).toBe(`${sandbox.root}/a/b/notes.txt`);
        expect(await read("a/b/notes.txt")).toBe(text);
        expect(await read(`${sandbox.root}/a/b/notes.txt`)).toBe(text);
        expect(await printed(sandbox, "wc -c <a/b/notes.txt")).toBe(String(Buffer.byteLength(text)));
      });

      test("are replaced completely", async () => {
        await sandbox.writeFile("x", "long text");
        await sandbox.writeFile("x", "");
        expect(await read("x")).toBe("");
      });

      test("may hold any bytes", async () => {
        const bytes = crypto.getRandomValues(new Uint8Array(70_000));
        await sandbox.writeFile("bytes", bytes);
        expect(Buffer.from(await sandbox.readFile("bytes")).equals(Buffer.from(bytes))).toBe(true);
      });

      test("may have odd names", async () => {
        for (const name of ["with space", "it's", "$HOME", "-rf", "a\nb", "ü€", "*", "\\", "a;b&c"]) {
          await sandbox.writeFile(`odd/${name}`, name);
          expect(await read(`odd/${name}`)).toBe(name);
        }
        expect((await sandbox.list("odd")).items).toHaveLength(9);
      });

      test("keep their mode when they are replaced", async () => {
        await sandbox.execute("printf '#!/bin/sh\\necho one' >run.sh; chmod 750 run.sh");
        await sandbox.writeFile("run.sh", "#!/bin/sh\necho two");
        expect(await printed(sandbox, "./run.sh; stat -c %a run.sh")).toBe("two\n750");
      });

      test("are in the root if their absolute path does not exist on the machine", async () => {
        expect(await sandbox.writeFile("/notes.md", "x")).toBe(`${sandbox.root}/notes.md`);
        expect(await read("/notes.md")).toBe("x");
        expect(await sandbox.writeFile("/large_tool_results/1", "y")).toBe(
          `${sandbox.root}/${OWN_DIRECTORY}/large_tool_results/1`,
        );
      });

      test("that are not regular files are refused", async () => {
        await sandbox.execute("mkdir dir; mkfifo pipe; echo x >plain");
        expect(await codeOf(sandbox.readFile("missing"))).toBe("not-found");
        expect(await codeOf(sandbox.readFile("dir"))).toBe("not-a-file");
        expect(await codeOf(sandbox.readFile("pipe"))).toBe("not-a-file");
        expect(await codeOf(sandbox.writeFile("dir", "x"))).toBe("not-a-file");
        expect(await codeOf(sandbox.writeFile("pipe", "x"))).toBe("not-a-file");
        await sandbox.execute("(exec 3<>pipe; sleep 30) & sleep 0.2");
        expect(await codeOf(sandbox.writeFile("pipe", "x".repeat(200_000)))).toBe("not-a-file");
        expect(await codeOf(sandbox.writeFile("plain/below", "x"))).toBe("not-a-directory");
      });

      test("that are too large are refused, and the error says what to do instead", async () => {
        await sandbox.execute(`truncate -s ${FILE_SIZE_LIMIT + 1} large; truncate -s ${FILE_SIZE_LIMIT} fits`);
        expect(await codeOf(sandbox.readFile("large"))).toBe("too-large");
        await expect(sandbox.readFile("large")).rejects.toThrow(/head, tail/);
        expect(await sandbox.readFile("fits")).toHaveLength(FILE_SIZE_LIMIT);
      });
    });

    describe(`a ${kind} sandbox`, () => {
      test("confines file tools to its root", async () => {
        await sandbox.execute(
          "ln -s /etc etc; ln -s /etc/passwd passwd; ln -s ../.. up; ln -s nowhere dangling; mkdir in; ln -s in inner",
        );
        const ways = [
          "../x",
          "in/../../x",
          "/etc/passwd",
          "/tmp",
          "etc/passwd",
          "passwd",
          "up",
          "up/x",
          "etc/new/file",
        ];
        for (const path of ways) {
          expect([path, await codeOf(sandbox.readFile(path))]).toEqual([path, "outside"]);
          expect([path, await codeOf(sandbox.writeFile(path, "x"))]).toEqual([path, "outside"]);
          expect([path, await codeOf(sandbox.list(path))]).toEqual([path, "outside"]);
          expect([path, await codeOf(sandbox.glob("*", path))]).toEqual([path, "outside"]);
          expect([path, await codeOf(sandbox.grep("root", path, { limit: 5 }))]).toEqual([path, "outside"]);
        }
        expect(await codeOf(sandbox.writeFile("dangling", "x"))).toBe("invalid");
        // A link that stays inside is allowed.
        await sandbox.writeFile("inner/x", "x");
        expect(await read("in/x")).toBe("x");
      });

      test("refuses invalid paths", async () => {
        expect(await codeOf(sandbox.readFile("a\0b"))).toBe("invalid");
        expect(await codeOf(sandbox.writeFile("x".repeat(300), ""))).toBe("invalid");
        expect(await codeOf(sandbox.list(`${"x/".repeat(3_000)}x`))).toBe("invalid");
      });

      test("lists a directory by name, without the runner's own directory", async () => {
        const began = Date.now();
        await sandbox.execute(`mkdir -p b ${OWN_DIRECTORY}; printf 12345 >c; : >a; ln -s c link; : >.hidden`);
        const { items, truncated } = await sandbox.list("/");
        expect(truncated).toBe(false);
        const told = items.map(({ path, isDirectory, size }) => [
          path.slice(sandbox.root.length + 1),
          isDirectory,
          size,
        ]);
        expect(told).toEqual(
          expect.arrayContaining([
            ["a", false, 0],
            ["b", true, 0],
            ["c", false, 5],
            [".hidden", false, 0],
          ]),
        );
        expect(relative(sandbox, items)).not.toContain(OWN_DIRECTORY);
        const names = relative(sandbox, items).filter((name) => /^[abc]$/.test(name));
        expect(names).toEqual(["a", "b", "c"]);
        const changed = items.find(({ path }) => path.endsWith("/c"))?.modifiedAt.getTime() ?? 0;
        // The clock of a file system is coarser.
        expect(changed).toBeGreaterThan(began - 2_000);
        expect(changed).toBeLessThan(Date.now() + 2_000);
      });

      test("lists only directories", async () => {
        await sandbox.writeFile("file", "");
        expect(await codeOf(sandbox.list("missing"))).toBe("not-found");
        expect(await codeOf(sandbox.list("file"))).toBe("not-a-directory");
        expect((await sandbox.list(".")).items).toHaveLength(1);
      });

      test("deletes files, directories with their contents, and links but not their targets", async () => {
        await sandbox.execute(
          "mkdir -p dir/sub keep; touch dir/sub/x file keep/y; ln -s keep link; ln -s nowhere dangling",
        );
        expect(await sandbox.remove("file")).toBe(`${sandbox.root}/file`);
        for (const path of ["dir", "link", "dangling"]) await sandbox.remove(path);
        expect(await printed(sandbox, "ls -A; ls keep")).toBe("keep\ny");
        expect(await codeOf(sandbox.remove("file"))).toBe("not-found");
        expect(await codeOf(sandbox.remove("/"))).toBe("denied");
        expect(await codeOf(sandbox.remove("../x"))).toBe("outside");
      });
    });
  });
}
