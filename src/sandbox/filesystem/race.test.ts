import { expect, test } from "bun:test";
import { mkdir, readdir, readFile, stat, symlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { onLinux } from "../../../test/support/requirement.ts";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/temporary-folder.ts";
import type { DirectoryEntry, Listing } from "../sandbox.ts";
import { FilesystemSandboxes } from "./index.ts";

/** Each round calls all tools: together some thousand calls. */
const ROUNDS = 400;
/** Content of the files outside: no file inside has this length. */
const OUTSIDE = "this is outside";
/** Only the directories outside contain this name. */
const OUTSIDE_NAME = "outside.txt";

/** Swaps pairs of names forever, each atomically: no name is ever missing. */
const RACER = `
import { dlopen } from "bun:ffi";
const { symbols } = dlopen("libc.so.6", { renameat2: { args: ["int", "cstring", "int", "cstring", "u32"], returns: "int" } });
const pairs = JSON.parse(process.argv.at(-1)).map((pair) => pair.map((path) => Buffer.from(path + "\\0")));
console.log("racing");
for (;;) for (const [a, b] of pairs) symbols.renameat2(-100, a, -100, b, 2);
`;

async function setUp({ path }: TemporaryFolder) {
  const [root, outside] = [join(path, "root"), join(path, "outside")];
  for (const [place, text] of [
    [join(root, "dir"), "inside"],
    [outside, OUTSIDE],
  ] as const) {
    await mkdir(join(place, "sub/deep"), { recursive: true });
    for (const name of ["secret.txt", "sub/secret.txt", "sub/deep/secret.txt"])
      await Bun.write(join(place, name), text);
  }
  for (const directory of ["", "sub", "sub/deep"]) await Bun.write(join(outside, directory, OUTSIDE_NAME), OUTSIDE);
  await Bun.write(join(root, "file.txt"), "inside");
  await symlink(outside, join(root, "dir-link"));
  await symlink(join(outside, "secret.txt"), join(root, "file-link"));
  const pairs = ["dir", "file.txt"].map((name, index) => [
    join(root, name),
    join(root, ["dir-link", "file-link"][index] ?? ""),
  ]);
  return { root, outside, pairs };
}

/** Everything below a directory: names, contents, times. */
async function picture(directory: string): Promise<string[]> {
  const names = (await readdir(directory, { recursive: true })).sort();
  return await Promise.all(
    [".", ...names].map(async (name) => {
      const found = await stat(join(directory, name));
      const content = found.isFile() ? await readFile(join(directory, name), "utf8") : "";
      return `${name} ${found.mtimeMs} ${content}`;
    }),
  );
}

/** The names and sizes in a listing. */
function told({ items }: Listing<DirectoryEntry>): string[] {
  return items.map(({ path, size }) => `${basename(path)}: ${size === OUTSIDE.length ? "as outside" : size}`);
}

test.if(onLinux("races of links"))(
  "nothing outside is read, written or deleted while a command swaps directories and links",
  async () => {
    await using folder = await temporaryFolder();
    const { root, outside, pairs } = await setUp(folder);
    const before = await picture(outside);
    const racer = Bun.spawn([process.execPath, "-e", RACER, JSON.stringify(pairs)], { stdout: "pipe" });
    await using stack = new AsyncDisposableStack();
    stack.defer(() => racer.kill("SIGKILL"));
    await racer.stdout.getReader().read();

    const options = { rootDir: root, commandTimeoutMs: 60_000, baseEnvironment: {} };
    const { signal } = new AbortController();
    const { sandbox } = await new FilesystemSandboxes(options).acquire({
      executionId: "aex-1",
      environment: {},
      signal,
    });
    const read = async (path: string) => new TextDecoder().decode(await sandbox.readFile(path));
    const tools: ((round: number) => Promise<unknown>)[] = [
      () => read("dir/secret.txt"),
      () => read("dir/sub/deep/secret.txt"),
      () => read("file.txt"),
      (round) => sandbox.writeFile(`dir/new-${round}.txt`, "written"),
      (round) => sandbox.writeFile(`dir/made-${round}/below/file.txt`, "written"),
      () => sandbox.writeFile("file.txt", "inside"),
      () => sandbox.list("dir").then(told),
      () => sandbox.list("dir/sub").then(told),
      () => sandbox.grep("outside", "dir", { limit: 10 }).then(({ items }) => items.map(({ text }) => text)),
      () => sandbox.grep("outside", "/", { limit: 10 }).then(({ items }) => items.map(({ text }) => text)),
      () => sandbox.glob("**/*", "dir").then(told),
      (round) => sandbox.remove(`dir/new-${round}.txt`),
      (round) => sandbox.remove(`dir/made-${round}`),
      () => sandbox.remove("dir/sub/deep"),
      () => sandbox.writeFile("dir/sub/deep/secret.txt", "inside"),
    ];
    const seen = new Map<string, number>();
    const count = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    for (let round = 0; round < ROUNDS; round++) {
      for (const tool of tools) {
        const [shown, how] = await tool(round).then(
          (result) => [JSON.stringify(result), "done"] as const,
          (error: { code?: string }) => ["", `refused: ${error.code}`] as const,
        );
        expect(shown).not.toContain("outside");
        count(how);
      }
    }
    racer.kill("SIGKILL");
    await racer.exited;
    expect(await picture(outside)).toEqual(before);
    // Both sides of the race won sometimes.
    expect(seen.get("done")).toBeGreaterThan(ROUNDS);
    expect(seen.get("refused: outside")).toBeGreaterThan(ROUNDS);
  },
);
