import { expect, test } from "bun:test";
import { realpath } from "node:fs/promises";
import { LocalHost } from "../../../test/support/local-host.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { RemoteFiles } from "./files.ts";
import { REMOVE } from "./path-scripts.ts";
import { RemoteShell } from "./remote-shell.ts";

test("a deletion without the name of an entry is refused, and deletes nothing", async () => {
  await using folder = await temporaryFolder();
  await Bun.write(`${folder.path}/dir/kept`, "");
  const shell = new RemoteShell(new LocalHost(folder.path), "sbx-1", new AbortController().signal);
  const files = new RemoteFiles(shell, await realpath(folder.path));
  await expect(files.runOnPath("dir", REMOVE, { name: "" })).rejects.toMatchObject({ code: "denied" });
  expect(await Bun.file(`${folder.path}/dir/kept`).exists()).toBe(true);
});
