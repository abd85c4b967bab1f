import { expect, test } from "bun:test";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { FilesystemSandboxes } from "./filesystem/index.ts";
import { maskOwnFiles, OWN_DIRECTORY } from "./index.ts";

test("secrets are masked in files of the runner's own directory, and only there", async () => {
  await using folder = await temporaryFolder();
  const options = { rootDir: folder.path, commandTimeoutMs: 60_000, baseEnvironment: {} };
  const { signal } = new AbortController();
  const handle = await new FilesystemSandboxes(options).acquire({ executionId: "aex-1", environment: {}, signal });
  const mask = new SecretMask();
  mask.add(["hunter22-and-more"]);
  const sandbox = maskOwnFiles(handle.sandbox, mask);
  const written = async (path: string, content: string | Uint8Array = "it is hunter22-and-more") =>
    Buffer.from(await sandbox.readFile(await sandbox.writeFile(path, content))).toString("latin1");
  for (const path of [
    `${OWN_DIRECTORY}/a.txt`,
    `${sandbox.root}/x/../${OWN_DIRECTORY}/b`,
    "/conversation_history/c.md",
  ])
    expect(await written(path)).toBe("it is ***");
  expect(await written("/large_tool_results/d", Buffer.from("hunter22-and-more"))).toBe("***");
  expect(await written(`${OWN_DIRECTORY}/bytes`, new Uint8Array([0xff, 0xfe, 0x00]))).toBe("\xff\xfe\x00");
  for (const path of ["notes.md", "/notes.md", `x${OWN_DIRECTORY}/e`])
    expect(await written(path)).toBe("it is hunter22-and-more");
  await expect(sandbox.writeFile("../out", "x")).rejects.toMatchObject({ code: "outside" });
  await handle.release();
});
