/** `doctor` of the compiled program: on an empty machine, beside `dev`, at a terminal. */
import { expect, test } from "bun:test";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { startDev } from "../support/dev-program.ts";
import { until } from "../support/eventually.ts";
import { installedProgram } from "../support/installed-program.ts";
import { startProgram } from "../support/program.ts";
import { startAtTerminal } from "../support/terminal.ts";

const installed = installedProgram("ollama");

/** An empty home directory. */
async function emptyHome(): Promise<string> {
  const home = join(installed.folder.path, crypto.randomUUID());
  await mkdir(home);
  return home;
}

async function run(args: readonly string[], env: Readonly<Record<string, string>>, cwd: string) {
  const command = startProgram(installed.file, args, env, cwd);
  const code = await command.exited;
  return { code, output: command.output(), errors: command.errors() };
}

test("on an empty machine it says what is missing, leads to `dev`, and leaves nothing behind", async () => {
  const home = await emptyHome();
  const { code, output, errors } = await run(["doctor"], {}, home);
  expect([code, errors]).toEqual([1, ""]);
  expect(output).toContain("✓ program: agent-runner ");
  expect(output).toContain("✓ native library: works; will be unpacked to ");
  expect(output).toContain("run `agent-runner dev`");
  expect(output).toContain("✗ STIGMER_API_KEY: is not set");
  expect(output).toMatch(/\n\d+ checks passed, 1 warning, \d+ failed, \d+ skipped\n$/);
  expect(await readdir(home)).toEqual([]);
});

test("beside `dev` everything passes, and nothing changes", async () => {
  await using dev = await startDev(installed, { OLLAMA_BASE_URL: installed.ollama.url });
  const env = { ...dev.env, MODE: "local" };
  await until("it is ready", async () => (await run(["status"], env, dev.cwd)).code === 0);
  const asked = installed.ollama.requests.length;
  // The databases of what runs here come and go with their journals.
  const names = async () =>
    (await readdir(dev.cwd, { recursive: true })).filter((name) => !/\.db-(journal|wal|shm)$/.test(name)).sort();
  const before = await names();
  const { code, output } = await run(["doctor"], env, dev.cwd);
  expect(output).not.toMatch(/^✗/m);
  expect(code).toBe(0);
  expect(output).toMatch(/✓ admin server: agent-runner \S+ runs at 127\.0\.0\.1:\d+ already, in local mode/);
  expect(output).toContain("✓ native library: works, from ");
  expect(await names()).toEqual(before);
  expect(installed.ollama.requests.length).toBe(asked);

  const json = await run(["doctor", "--json"], env, dev.cwd);
  const report = JSON.parse(json.output) as { mode: string; version: string; checks: object[]; summary: object };
  expect(Object.keys(report)).toEqual(["version", "mode", "checks", "summary"]);
  expect(report.mode).toBe("local");
  for (const check of report.checks)
    expect(Object.keys(check)).toEqual(["id", "area", "title", "status", "detail", "remedies", "durationMs"]);
  expect(Object.keys(report.summary)).toEqual(["ok", "warning", "failed", "skipped"]);
});

test("a machine without any directory for the native library is told as the start tells it", async () => {
  const home = await emptyHome();
  const nowhere = { HOME: "/dev/null", TMPDIR: "/dev/null", STIGMER_DATA_DIR: "/dev/null/data" };
  const { code, output } = await run(["doctor"], { MODE: "local", ...nowhere }, home);
  expect(code).toBe(1);
  expect(output).toContain("! native library: works, but it will be kept in memory: no directory can be used");
  expect(output).toMatch(/→ \/dev\/null\/data\/native-bridge \(STIGMER_DATA_DIR\): .*not a directory/);
  expect(output).toContain("✗ data directory: The data directory /dev/null/data cannot be used");
  expect(output).toContain("! temporary directory: ");
});

test("at a terminal the list is live, in colors, and ends as without one", async () => {
  const home = await emptyHome();
  await using screen = startAtTerminal([installed.file, "doctor"], { TERM: "xterm" }, home);
  expect(await screen.exited).toBe(1);
  expect(screen.output()).toContain("\u001b[32m✓\u001b[39m program: ");
  expect(screen.output()).toMatch(/[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]/);
  expect(screen.output()).toMatch(/\d+ checks passed, 1 warning, \d+ failed, \d+ skipped\r\n$/);
  await using plain = startAtTerminal([installed.file, "doctor"], { TERM: "xterm", NO_COLOR: "1" }, home);
  expect(await plain.exited).toBe(1);
  expect(plain.output()).toContain("\n✓ home directory: ");
  await using dumb = startAtTerminal([installed.file, "doctor"], { TERM: "dumb" }, home);
  expect(await dumb.exited).toBe(1);
  expect(dumb.output()).not.toContain("\u001b");
});

test("Ctrl-C ends it at once, with what is complete", async () => {
  const home = await emptyHome();
  // A server that takes connections and says nothing.
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const env = { TERM: "xterm", TEMPORAL_SERVICE_ADDRESS: `127.0.0.1:${server.port}` };
  await using screen = startAtTerminal([installed.file, "doctor"], env, home);
  await screen.says("Temporal");
  screen.type("\u0003");
  expect(await screen.exited).toBe(130);
  expect(screen.output()).toEndWith("\u001b[J");
  server.stop(true);
});

test("wrong arguments end with 2, and a reader that is gone with 141", async () => {
  const home = await emptyHome();
  expect((await run(["doctor", "--jsn"], {}, home)).code).toBe(2);
  const script = `set -o pipefail; "${installed.file}" doctor | head -c 0`;
  const shell = startProgram("/bin/bash", ["-c", script], {}, home);
  expect(await shell.exited).toBe(141);
});
