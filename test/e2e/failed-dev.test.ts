import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { until } from "../support/eventually.ts";
import { processesWith } from "../support/processes.ts";
import { installProgram, type RunningProgram, startProgram } from "../support/program.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
let file: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  await chmod(folder.path, 0o755);
  file = await installProgram(join(folder.path, "program"));
  await chmod(file, 0o755);
}, 60_000);
afterAll(() => folder[Symbol.asyncDispose]());

async function dev(env: Record<string, string> = {}): Promise<RunningProgram> {
  const [temporal, daemon, admin] = await freePorts(3);
  const ports = {
    TEMPORAL_SERVICE_ADDRESS: `localhost:${temporal}`,
    STIGMER_BACKEND_ENDPOINT: `localhost:${daemon}`,
    ADMIN_PORT: String(admin),
  };
  return startProgram(file, ["dev"], { ...ports, ...env }, folder.path);
}

describe("agent-runner dev", () => {
  test("ends at one Ctrl-C while it waits for Temporal", async () => {
    await Bun.write(join(folder.path, "bin/temporal"), "#!/bin/sh\nsleep 5431\n");
    await chmod(join(folder.path, "bin/temporal"), 0o755);
    const env = { PATH: `${folder.path}/bin:/usr/bin:/bin`, STIGMER_DATA_DIR: join(folder.path, "waiting") };
    await using waiting = await dev(env);
    await waiting.says("Starting a Temporal development server");
    await until("it runs", async () => (await processesWith("sleep 5431")).length > 0);
    const began = Date.now();
    waiting.signal("SIGINT");
    expect(await waiting.exited).toBe(0);
    expect(Date.now() - began).toBeLessThan(3_000);
    await until("it is gone", async () => (await processesWith("sleep 5431")).length === 0);
  }, 30_000);

  test("refuses a data directory that another one uses", async () => {
    const STIGMER_DATA_DIR = join(folder.path, "shared");
    await using first = await dev({ STIGMER_DATA_DIR });
    await first.says("Ready.", 60_000);
    await using second = await dev({ STIGMER_DATA_DIR });
    expect(await second.exited).toBe(4);
    expect(second.output()).toContain(`Another \`dev\` uses the data directory ${STIGMER_DATA_DIR}`);
  }, 90_000);

  test("says which directory or file it cannot use, without a stack", async () => {
    await Bun.write(join(folder.path, "file"), "");
    await using homeless = await dev({ HOME: "/proc/nowhere" });
    expect(await homeless.exited).toBe(4);
    expect(homeless.output()).toContain("The data directory /proc/nowhere/.stigmer/agent-runner cannot be used");
    const damaged = join(folder.path, "damaged");
    await Bun.write(join(damaged, "daemon.db"), "no database at all ".repeat(100));
    await using broken = await dev({ STIGMER_DATA_DIR: damaged });
    expect(await broken.exited).toBe(4);
    expect(broken.output()).toContain(`The database ${damaged}/daemon.db cannot be used`);
    expect(homeless.output() + broken.output()).not.toMatch(/ {4}at |unexpected error/);
  }, 60_000);
});

describe("agent-runner", () => {
  test("works for a user without a home", async () => {
    const nobody = process.getuid?.() === 0 ? ["setpriv", "--reuid", "54321", "--clear-groups"] : [];
    const run = (...args: string[]) =>
      Bun.spawnSync([...nobody, "env", "-i", "PATH=/usr/bin:/bin", "MODE=local", file, ...args], { cwd: folder.path });
    const config = run("config");
    expect([config.exitCode, config.stderr.toString()]).toEqual([0, ""]);
    const start = run("start");
    if (nobody.length > 0) {
      expect(start.exitCode).toBe(4);
      expect(start.stdout.toString()).toContain("set SANDBOX_ROOT_DIR to one that is");
    }
  }, 30_000);

  test("says that --env-file needs a file", () => {
    const { exitCode, stderr } = Bun.spawnSync([file, "--env-file"]);
    expect([exitCode, stderr.toString()]).toEqual([2, "error: option '--env-file <file>' argument missing\n"]);
  });
});
