import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { realpath, symlink } from "node:fs/promises";
import { join } from "node:path";
import { until } from "../../../test/support/eventually.ts";
import { isRunning } from "../../../test/support/processes.ts";
import { type TemporaryFolder, temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { OWN_DIRECTORY, type SandboxHandle, type SandboxRequest } from "../index.ts";
import { FilesystemSandboxes } from "./index.ts";

let folder: TemporaryFolder;
let sandboxes: FilesystemSandboxes;
const handles: SandboxHandle[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
  sandboxes = new FilesystemSandboxes({
    rootDir: join(folder.path, "made/anew"),
    commandTimeoutMs: 600_000,
    baseEnvironment: { PATH: "/usr/local/bin:/usr/bin:/bin", LAYER: "base", BASE: "yes" },
  });
});
afterEach(async () => {
  await Promise.all(handles.splice(0).map((handle) => handle.release()));
  await folder[Symbol.asyncDispose]();
});

async function acquire(request: Partial<SandboxRequest> = {}): Promise<SandboxHandle> {
  const signal = new AbortController().signal;
  const handle = await sandboxes.acquire({ executionId: "aex-1", environment: {}, signal, ...request });
  handles.push(handle);
  return handle;
}

describe("a sandbox on this machine", () => {
  test("creates its directory, and reports its path without links", async () => {
    const { sandbox } = await acquire();
    expect(sandbox.root).toBe(join(await realpath(folder.path), "made/anew"));
    expect((await sandbox.execute("pwd")).output).toBe(`${sandbox.root}\n`);
  });

  test("may have a root that is a link", async () => {
    const { sandbox: behind } = await acquire();
    const link = join(folder.path, "link");
    await symlink(behind.root, link);
    const options = { rootDir: link, commandTimeoutMs: 1000, baseEnvironment: {} };
    const signal = new AbortController().signal;
    const { sandbox } = await new FilesystemSandboxes(options).acquire({ executionId: "", environment: {}, signal });
    expect(sandbox.root).toBe(behind.root);
    expect(await sandbox.writeFile("x.txt", "x")).toBe(join(behind.root, "x.txt"));
  });

  test("fails if its directory cannot be created, and names the setting", async () => {
    await Bun.write(join(folder.path, "file"), "");
    const options = { rootDir: join(folder.path, "file/below"), commandTimeoutMs: 1000, baseEnvironment: {} };
    const signal = new AbortController().signal;
    const attempt = new FilesystemSandboxes(options).acquire({ executionId: "", environment: {}, signal });
    await expect(attempt).rejects.toThrow("SANDBOX_ROOT_DIR");
  });

  test("is kept by a cleanup, because it belongs to the user", async () => {
    const { sandbox } = await acquire();
    await sandbox.writeFile("kept.txt", "kept");
    expect(await sandboxes.cleanup()).toContain("kept");
    expect(await Bun.file(join(sandbox.root, "kept.txt")).text()).toBe("kept");
  });
});

describe("files", () => {
  test("are written, read, listed, found and removed by paths relative to the root", async () => {
    const { sandbox } = await acquire();
    expect(await sandbox.writeFile("src/a.ts", "const answer = 42;\n")).toBe(join(sandbox.root, "src/a.ts"));
    expect(new TextDecoder().decode(await sandbox.readFile("src/a.ts"))).toBe("const answer = 42;\n");
    expect((await sandbox.list("src")).items.map(({ path }) => path)).toEqual([join(sandbox.root, "src/a.ts")]);
    expect((await sandbox.glob("**/*.ts", "/")).items).toHaveLength(1);
    expect((await sandbox.grep("answer", "/", { limit: 10 })).items).toHaveLength(1);
    expect(await sandbox.remove("src")).toBe(join(sandbox.root, "src"));
    expect((await sandbox.list("/")).items).toEqual([]);
  });

  test("outside of the root cannot be reached by any tool", async () => {
    const { sandbox } = await acquire();
    await Bun.write(join(folder.path, "outside.txt"), "outside");
    await symlink(folder.path, join(sandbox.root, "link"));
    const tools: ((path: string) => Promise<unknown>)[] = [
      (path) => sandbox.readFile(path),
      (path) => sandbox.writeFile(path, "changed"),
      (path) => sandbox.list(path),
      (path) => sandbox.remove(path),
      (path) => sandbox.glob("*", path),
      (path) => sandbox.grep("outside", path, { limit: 1 }),
    ];
    for (const path of ["../../outside.txt", "link/outside.txt", join(folder.path, "outside.txt")]) {
      for (const tool of tools) await expect(tool(path)).rejects.toMatchObject({ code: "outside" });
    }
    expect(await Bun.file(join(folder.path, "outside.txt")).text()).toBe("outside");
  });

  test("of the agent library are in the runner's own directory", async () => {
    const { sandbox } = await acquire();
    const path = await sandbox.writeFile("/large_tool_results/1", "result");
    expect(path).toBe(join(sandbox.root, OWN_DIRECTORY, "large_tool_results/1"));
    expect(new TextDecoder().decode(await sandbox.readFile("/large_tool_results/1"))).toBe("result");
  });
});

describe("removing", () => {
  test("deletes a link, not its target", async () => {
    const { sandbox } = await acquire();
    await Bun.write(join(folder.path, "outside.txt"), "outside");
    await symlink(join(folder.path, "outside.txt"), join(sandbox.root, "link"));
    await sandbox.remove("link");
    expect((await sandbox.list("/")).items).toEqual([]);
    expect(await Bun.file(join(folder.path, "outside.txt")).text()).toBe("outside");
  });

  test("refuses the root itself, by any name", async () => {
    const { sandbox } = await acquire();
    for (const path of ["/", ".", "", sandbox.root, "x/.."])
      await expect(sandbox.remove(path)).rejects.toMatchObject({ code: "denied" });
  });
});

describe("commands", () => {
  test("see the base environment, overridden by that of the execution, then by that of the call", async () => {
    const { sandbox } = await acquire({ environment: { LAYER: "execution", CALL: "execution" } });
    const { output } = await sandbox.execute('echo "$BASE $LAYER $CALL"', { env: { CALL: "call" } });
    expect(output).toBe("yes execution call\n");
    const { output: keys } = await sandbox.execute("env");
    // The test process has this variable, but the sandbox was not given it.
    expect(keys).not.toContain("npm_");
    expect(keys).not.toContain("HOME=");
  });

  test("end when the execution is stopped", async () => {
    const controller = new AbortController();
    const { sandbox } = await acquire({ signal: controller.signal });
    const running = sandbox.execute("touch started; sleep 600");
    await until("the command has started", () => Bun.file(join(sandbox.root, "started")).exists());
    controller.abort();
    expect((await running).exitCode).toBe(143);
  });

  test("in the background are stopped by the release of their handle only", async () => {
    const [mine, other] = [await acquire(), await acquire()];
    const start = async (handle: SandboxHandle) =>
      Number((await handle.sandbox.execute("sleep 600 >/dev/null 2>&1 & echo $!")).output);
    const [myPid, otherPid] = [await start(mine), await start(other)];
    await mine.release();
    await until("the background process is gone", () => !isRunning(myPid));
    expect(isRunning(otherPid)).toBe(true);
  });
});
