import { describe, expect, test } from "bun:test";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { until } from "../support/eventually.ts";
import { installedProgram } from "../support/installed-program.ts";
import { processesWith } from "../support/processes.ts";
import { startProgram } from "../support/program.ts";
import { startAtTerminal } from "../support/terminal.ts";

const installed = installedProgram("ollama", "temporal");

async function place() {
  const [daemon, admin] = await freePorts(2);
  const cwd = join(installed.folder.path, crypto.randomUUID());
  await mkdir(cwd);
  const env = {
    MODE: "local",
    TEMPORAL_SERVICE_ADDRESS: installed.temporal.address,
    TASK_QUEUE: crypto.randomUUID(),
    STIGMER_BACKEND_ENDPOINT: `localhost:${daemon}`,
    ADMIN_PORT: String(admin),
    OLLAMA_BASE_URL: installed.ollama.url,
    DRAIN_TIMEOUT: "600",
  };
  return { cwd, env, livez: `http://localhost:${admin}/livez` };
}

/** An execution that runs a command until the file `go` is in the workspace. */
const untilGo = (_: unknown, turn: number) => {
  const command = "touch started; until [ -e go ]; do sleep 0.1; done";
  return turn === 0 ? { text: "", tools: [{ name: "execute", args: { command } }] } : { text: "Gone." };
};

describe("closing the terminal", () => {
  test("lets `dev` drain, however often SIGHUP is sent", async () => {
    const { cwd, env } = await place();
    installed.ollama.converse(untilGo);
    await using dev = startAtTerminal([installed.file, "dev"], env, cwd);
    await dev.says("Ready.");
    await using run = startProgram(installed.file, ["run", "Wait"], env, cwd);
    const workspace = join(cwd, "workspace");
    await until("the command runs", () => Bun.file(join(workspace, "started")).exists());
    dev.close();
    // A shell sends it to its jobs, and the system again when the shell has ended.
    for (let again = 0; again < 3; again++) dev.signal("SIGHUP");
    await until("it drains", async () => {
      const answer = await fetch(`http://localhost:${env.ADMIN_PORT}/healthz`);
      return ((await answer.json()) as { state: string }).state === "draining";
    });
    await Bun.write(join(workspace, "go"), "");
    expect(await run.exited).toBe(0);
    expect(run.output()).toContain("Gone.");
    expect(await dev.exited).toBe(0);
    expect(await processesWith(cwd)).toEqual([]);
  });

  test("does not end `start` under `nohup`", async () => {
    const { cwd, env, livez } = await place();
    const nohup = ["sh", "-c", `trap "" HUP; exec "$0" start`, installed.file];
    await using start = startAtTerminal(nohup, { ...env, LOG_LEVEL: "debug" }, cwd);
    await start.says("Worker ready");
    start.close();
    start.signal("SIGHUP");
    expect(await readFile(`/proc/${start.pid}/status`, "utf8")).toMatch(/^SigIgn:.*[13579bdf]$/m);
    expect((await fetch(livez)).status).toBe(200);
    // Only the first signal that counts: it drains.
    start.signal("SIGTERM");
    expect(await start.exited).toBe(0);
  });

  test("ends `run`, and the execution continues", async () => {
    const { cwd, env } = await place();
    installed.ollama.converse(untilGo);
    await using dev = startProgram(installed.file, ["dev"], env, cwd);
    await dev.says("Ready.");
    await using run = startAtTerminal([installed.file, "run", "Wait"], env, cwd);
    await run.says(". Ctrl-C leaves it running. To end it: ");
    const workspace = join(cwd, "workspace");
    await until("the command runs", () => Bun.file(join(workspace, "started")).exists());
    run.close();
    // The hangup itself ends it, unless it finds first that nothing can be written any more.
    expect([undefined, 141]).toContain(await run.exited);
    await Bun.write(join(workspace, "go"), "");
    await dev.says("Execution completed");
  });
});

test("a closed log does not end the program", async () => {
  const { cwd, env, livez } = await place();
  const reader = ["bash", "-o", "pipefail", "-c", `"$0" start | { head -n 1; echo read; }`, installed.file];
  await using pipeline = startAtTerminal(reader, env, cwd);
  await pipeline.says("read");
  await until("it works", async () => (await fetch(livez).catch(() => undefined))?.status === 200);
  const stop = await fetch(livez.replace("livez", "shutdown"), { method: "POST" });
  expect(stop.status).toBe(202);
  expect(await pipeline.exited).toBe(0);
});
