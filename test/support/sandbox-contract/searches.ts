import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Sandbox } from "../../../src/sandbox/index.ts";
import { codeOf, type OpenSubject, relative, type Subject } from "./subject.ts";

/** How names and lines are found in every kind of sandbox. */
export function searchesContract(kind: string, open: OpenSubject): void {
  // A group of its own, so that the hooks apply to these tests only.
  describe("the contract", () => {
    let subject: Subject;
    let sandbox: Sandbox;

    beforeEach(async () => {
      subject = await open({ commandTimeoutMs: 60_000 });
      ({ sandbox } = await subject.acquire());
    });
    afterEach(async () => await subject.close());

    describe(`a ${kind} sandbox`, () => {
      test("finds files by pattern", async () => {
        await sandbox.execute(
          "mkdir -p src/deep node_modules/x .git; touch a.ts src/b.ts src/deep/c.ts src/d.js node_modules/x/e.ts .git/f.ts src/.g.ts",
        );
        expect(relative(sandbox, (await sandbox.glob("**/*.ts", "/")).items).sort()).toEqual([
          "a.ts",
          "src/.g.ts",
          "src/b.ts",
          "src/deep/c.ts",
        ]);
        expect(relative(sandbox, (await sandbox.glob("b*.ts", "src")).items)).toEqual(["src/b.ts"]);
        expect(relative(sandbox, (await sandbox.glob("src/*.{js,ts}", "/")).items)).toEqual([
          "src/.g.ts",
          "src/b.ts",
          "src/d.js",
        ]);
        expect(relative(sandbox, (await sandbox.glob("node_modules/**/*.ts", "/")).items)).toEqual([
          "node_modules/x/e.ts",
        ]);
        expect((await sandbox.glob("*.nothing", "/")).items).toEqual([]);
        expect(await codeOf(sandbox.glob("*", "missing"))).toBe("not-found");
      });

      test("finds lines by text, which is not treated as a pattern", async () => {
        await sandbox.writeFile("a.txt", "one\ntwo a.c\nthree abc\n");
        await sandbox.writeFile("sub/b.md", "x a.c y");
        await sandbox.writeFile("sub/binary", Buffer.from("a.c\0\x01"));
        await sandbox.writeFile("node_modules/c.txt", "a.c");
        const found = async (options: { glob?: string; limit?: number } = {}, path = "/", text = "a.c") => {
          const { items, truncated } = await sandbox.grep(text, path, { limit: 100, ...options });
          const told = items.map((item) => `${item.path.slice(sandbox.root.length + 1)}:${item.line}:${item.text}`);
          return [...told.sort(), ...(truncated ? ["…"] : [])];
        };
        expect(await found()).toEqual(["a.txt:2:two a.c", "sub/b.md:1:x a.c y"]);
        expect(await found({ glob: "*.md" })).toEqual(["sub/b.md:1:x a.c y"]);
        expect(await found({ glob: "sub/*.md" })).toEqual(["sub/b.md:1:x a.c y"]);
        expect(await found({}, "a.txt")).toEqual(["a.txt:2:two a.c"]);
        expect(await found({ limit: 1 })).toHaveLength(2);
        expect(await found({}, "/", "-e [x")).toEqual([]);
        expect(await codeOf(sandbox.grep("x", "missing", { limit: 1 }))).toBe("not-found");
      });

      test("finds lines in files whose names contain line breaks and colons", async () => {
        const names = ["a\nb", "c\n7:d", "e:3:f"];
        for (const name of names) await sandbox.writeFile(`odd/${name}`, "no\n2:needle\nneedle\n\n");
        const { items } = await sandbox.grep("needle", "/", { limit: 100 });
        const found = items.map(({ path, line, text }) => [path, line, text]);
        const expected = names.flatMap((name) => [
          [`${sandbox.root}/odd/${name}`, 2, "2:needle"],
          [`${sandbox.root}/odd/${name}`, 3, "needle"],
        ]);
        expect(found.sort()).toEqual(expected);
      });

      test("finds no lines by a text with a line break", async () => {
        await sandbox.writeFile("a.txt", "one\ntwo\n");
        expect((await sandbox.grep("one\ntwo", "/", { limit: 10 })).items).toEqual([]);
        expect((await sandbox.grep("one\n", "a.txt", { limit: 10 })).items).toEqual([]);
        expect(await codeOf(sandbox.grep("x\n", "missing", { limit: 10 }))).toBe("not-found");
      });

      test("skips unreadable files in searches, and names them", async () => {
        await sandbox.execute(
          "mkdir -p open/deep locked; for at in . open open/deep locked; do echo needle >$at/a.txt; done; echo needle >open/own.txt; chmod 000 locked open/own.txt; chmod 755 .",
        );
        const { names, lines, denied } = await subject.unprivileged(async () => ({
          names: await sandbox.glob("**/*.txt", "/"),
          lines: await sandbox.grep("needle", "/", { limit: 100 }),
          denied: [
            await codeOf(sandbox.glob("*", "locked")),
            await codeOf(sandbox.grep("needle", "locked", { limit: 1 })),
          ],
        }));
        expect(relative(sandbox, names.items)).toEqual(["a.txt", "open/a.txt", "open/deep/a.txt", "open/own.txt"]);
        expect(names.unreadable).toEqual([`${sandbox.root}/locked`]);
        expect(relative(sandbox, lines.items).sort()).toEqual(["a.txt", "open/a.txt", "open/deep/a.txt"]);
        expect([...(lines.unreadable ?? [])].sort()).toEqual([
          `${sandbox.root}/locked`,
          `${sandbox.root}/open/own.txt`,
        ]);
        expect(denied).toEqual(["denied", "denied"]);
        await sandbox.execute("chmod 755 locked");
      });
    });
  });
}
