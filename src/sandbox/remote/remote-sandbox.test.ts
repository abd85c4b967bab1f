import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { LocalHost } from "../../../test/support/local-host.ts";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { humanSize } from "../../shared/human-size.ts";
import { MAX_SCRIPT_BYTES, type RemoteHost } from "./remote-host.ts";
import { RemoteSandbox } from "./remote-sandbox.ts";

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

function open(change: Partial<RemoteHost> = {}, workDir = folder.path): Promise<RemoteSandbox> {
  const host = Object.assign(new LocalHost(folder.path), change);
  const { signal } = new AbortController();
  const options = { id: "sbx-1", commandTimeoutMs: 60_000, environment: {}, programsRemedy: "Install them." };
  return RemoteSandbox.open(host, { ...options, workDir, signal });
}

describe("opening a remote sandbox", () => {
  test("fails if the host lacks programs, and says what to do", async () => {
    const local = new LocalHost(folder.path);
    const run: RemoteHost["run"] = (script, options) => local.run(`PATH=/nowhere\n${script}`, options);
    await expect(open({ run })).rejects.toMatchObject({
      message: expect.stringMatching(/^The sandbox sbx-1 lacks programs that its tools need: .*base64/),
      remedies: ["Install them."],
    });
  });

  test("fails if the host does not run scripts, and quotes its output", async () => {
    const run: RemoteHost["run"] = async () => ({ output: "no shell here", exitCode: 126 });
    await expect(open({ run })).rejects.toThrow("did not run the runner's script (exit code 126): no shell here");
  });

  test("fails if the working directory does not exist", async () => {
    await expect(open({}, "/no/such/place")).rejects.toThrow("has no directory /no/such/place");
  });
});

test("a search for a text that is too long is refused with both sizes", async () => {
  const sandbox = await open();
  await expect(sandbox.grep("x".repeat(MAX_SCRIPT_BYTES), "/", { limit: 1 })).rejects.toThrow(
    new RegExp(`^What was sent is too long: .* KiB, at most ${humanSize(MAX_SCRIPT_BYTES)} can be sent\\.$`),
  );
});
