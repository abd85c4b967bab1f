import { expect, test } from "bun:test";
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { ChrootHost } from "../../../test/support/chroot-host.ts";
import { LocalHost } from "../../../test/support/local-host.ts";
import { canMount } from "../../../test/support/mount-namespace.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { LISTING_LIMIT } from "../sandbox.ts";
import { RemoteFiles } from "./files.ts";
import { REMOVE } from "./path-scripts.ts";
import type { RemoteHost } from "./remote-host.ts";
import { RemoteShell } from "./remote-shell.ts";
import { globRemote, grepRemote } from "./search.ts";

function filesOf(host: RemoteHost, root: string): RemoteFiles {
  return new RemoteFiles(new RemoteShell(host, "sbx-1", new AbortController().signal), root);
}

test("a deletion without the name of an entry is refused, and deletes nothing", async () => {
  await using folder = await temporaryFolder();
  await Bun.write(`${folder.path}/dir/kept`, "");
  const files = filesOf(new LocalHost(folder.path), await realpath(folder.path));
  await expect(files.runOnPath("dir", REMOVE, { name: "" })).rejects.toMatchObject({ code: "denied" });
  expect(await Bun.file(`${folder.path}/dir/kept`).exists()).toBe(true);
});

test("a listing names as many entries as allowed, and says if there are more, whatever else is in the directory", async () => {
  await using folder = await temporaryFolder();
  await Bun.spawn(["mkfifo", "a pipe"], { cwd: folder.path }).exited;
  const files = filesOf(new LocalHost(folder.path), await realpath(folder.path));
  const create = (number: number) => Bun.write(join(folder.path, `file-${number}`), "");
  await Promise.all(Array.from({ length: LISTING_LIMIT }, (_, number) => create(number)));
  const listing = async () => {
    const { items, truncated } = await files.list(".");
    return { items: items.length, truncated };
  };
  expect(await listing()).toEqual({ items: LISTING_LIMIT, truncated: false });
  await create(LISTING_LIMIT);
  expect(await listing()).toEqual({ items: LISTING_LIMIT, truncated: true });
});

if (canMount)
  test("a sandbox may work in the root directory of its machine", async () => {
    await using folder = await temporaryFolder();
    const root = join(folder.path, "root");
    await mkdir(join(root, "work"), { recursive: true });
    const files = filesOf(new ChrootHost(root), "/");
    expect(await files.write("notes.md", "to find")).toBe("/notes.md");
    expect(await files.write("work/more.md", "to find too")).toBe("/work/more.md");
    expect(Buffer.from(await files.read("notes.md")).toString()).toBe("to find");
    const paths = ({ items }: { readonly items: readonly { readonly path: string }[] }) =>
      items.map(({ path }) => path).filter((path) => path.endsWith(".md"));
    expect(paths(await files.list("/"))).toEqual(["/notes.md"]);
    expect(paths(await globRemote(files, "/", "*.md", "/"))).toEqual(["/notes.md"]);
    expect(paths(await globRemote(files, "/", "/work/*.md", "/"))).toEqual(["/work/more.md"]);
    const found = await grepRemote(files, "to find", "/", { glob: "work/*.md", limit: 10 });
    expect(found.items).toEqual([{ path: "/work/more.md", line: 1, text: "to find too" }]);
    expect(await files.remove("notes.md")).toBe("/notes.md");
    expect(paths(await files.list("/"))).toEqual([]);
  });
