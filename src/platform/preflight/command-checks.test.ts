import { expect, test } from "bun:test";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { confinementResult, engineCheck } from "./command-checks.ts";

const user = { user: "ada", isRoot: false, isContainer: false, isMemoryLimited: true };

test("commands of a user with a memory limit are confined as far as local mode can", () => {
  expect(confinementResult(user)).toEqual({
    status: "ok",
    detail: "agents' commands run as ada, and may do what this user may; their memory is limited",
    remedies: [],
  });
});

test("root outside of a container is a warning, inside it is not", () => {
  const root = { ...user, user: "root", isRoot: true };
  expect(confinementResult(root)).toMatchObject({
    status: "warning",
    remedies: [expect.stringContaining("than root")],
  });
  expect(confinementResult({ ...root, isContainer: true }).status).toBe("ok");
});

test("a memory limit that cannot be kept is a warning, one that is not wanted is not", () => {
  expect(confinementResult({ ...user, isMemoryLimited: false })).toMatchObject({
    status: "warning",
    remedies: [expect.stringContaining("Delegate=yes")],
  });
  expect(confinementResult({ ...user, isMemoryLimited: undefined }).status).toBe("ok");
});

async function engine(script: string | undefined, signal = new AbortController().signal) {
  await using folder = await temporaryFolder();
  if (script !== undefined) {
    await Bun.write(join(folder.path, "docker"), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder.path, "docker"), 0o755);
  }
  return await engineCheck({ PATH: folder.path, SECRET: "of the runner" }).run(signal);
}

test("an engine is asked as commands ask it: with their PATH, and without the runner's variables", async () => {
  expect(await engine('[ -z "$SECRET" ] && echo 27.1.1')).toMatchObject({ status: "ok", detail: "version 27.1.1" });
});

test("without an engine there is a warning that says what needs it", async () => {
  expect((await engine(undefined)).remedies.join(" ")).toContain("Only MCP servers of the type `docker`");
  expect(await engine("echo 'Cannot connect to the Docker daemon' >&2; exit 1")).toMatchObject({
    status: "warning",
    detail: expect.stringContaining("Cannot connect to the Docker daemon"),
  });
});

test("one that hangs is killed when nobody waits any more", async () => {
  const over = AbortSignal.timeout(50);
  expect((await engine("exec /bin/sleep 600", over)).status).toBe("warning");
});
