import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { chmod, chown, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { until } from "../support/eventually.ts";
import { newMark } from "../support/mcp/mark.ts";
import { HANG, shellServer } from "../support/mcp/shell-server.ts";
import { type OllamaDouble, startOllamaDouble } from "../support/ollama-double.ts";
import { processesWith } from "../support/processes.ts";
import { installProgram, type RunningProgram, startProgram } from "../support/program.ts";
import { onLinux, requirement } from "../support/requirement.ts";
import { startTemporal, type TestTemporal } from "../support/temporal.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

import { NOBODY } from "../support/without-root.ts";

let folder: TemporaryFolder;
let file: string;
let ollama: OllamaDouble;
let temporal: TestTemporal;

beforeAll(async () => {
  folder = await temporaryFolder();
  await chmod(folder.path, 0o755);
  file = await installProgram(join(folder.path, "program"));
  await chmod(file, 0o755);
  ollama = startOllamaDouble();
  temporal = await startTemporal();
});
afterAll(async () => {
  await temporal[Symbol.asyncDispose]();
  await ollama[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

interface Dev extends RunningProgram {
  run(...args: string[]): RunningProgram;
}

/** `dev`, ready, as a user other than root. */
async function dev(name: string, more: Record<string, string> = {}): Promise<Dev> {
  const [daemon, admin] = await freePorts(2);
  const cwd = join(folder.path, name);
  await mkdir(cwd);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await chown(cwd, NOBODY, NOBODY);
  const env = {
    TEMPORAL_SERVICE_ADDRESS: temporal.address,
    STIGMER_BACKEND_ENDPOINT: `localhost:${daemon}`,
    ADMIN_PORT: String(admin),
    TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE: name,
    OLLAMA_BASE_URL: ollama.url,
    OPENAI_API_KEY: "sk-of-the-runner",
    ...more,
  };
  const program = isRoot
    ? startProgram("setpriv", ["--reuid", `${NOBODY}`, "--regid", `${NOBODY}`, "--clear-groups", file, "dev"], env, cwd)
    : startProgram(file, ["dev"], env, cwd);
  await program.says("Ready.");
  return { ...program, run: (...args) => startProgram(file, ["run", ...args], env, cwd) };
}

const once = (command: string) => (_: unknown, turn: number) =>
  turn === 0 ? { text: "", tools: [{ name: "execute", args: { command } }] } : { text: "Done." };

describe("command of an agent", () => {
  test("cannot read the runner's environment, and leaves no processes behind", async () => {
    await using everything = await dev("apart");
    ollama.converse(once("setsid sleep 4247 & cat /proc/$PPID/environ; sleep 0.3"));
    const run = everything.run("Look around");
    expect(await run.exited).toBe(0);
    expect(run.output()).toContain("Permission denied");
    expect(run.output()).not.toMatch(/sk-of|OPENAI/);
    await until("the process is gone", async () => (await processesWith("sleep 4247")).length === 0);
    everything.signal("SIGINT");
    expect(await everything.exited).toBe(0);
  });

  test("ends when the runner is killed, and so do MCP servers, even if they ignore SIGTERM", async () => {
    await using everything = await dev("killed");
    const mark = newMark();
    const mcp_servers = [
      { name: "good", stdio: shellServer({ mark }) },
      { name: "stubborn", stdio: shellServer({ mark, isStubborn: true }) },
    ];
    const agent = { metadata: { name: "with-servers" }, spec: { instructions: "You help.", mcp_servers } };
    await Bun.write(join(folder.path, "killed/agent.json"), JSON.stringify(agent));
    ollama.converse((_, turn) => {
      if (turn > 0) return { text: "Done." };
      const calls = ["good_echo", "stubborn_echo"].map((name) => ({ name, args: { text: HANG } }));
      return { tools: [...calls, { name: "execute", args: { command: `setsid sleep ${mark}1 & sleep ${mark}2` } }] };
    });
    everything.run("--agent", "agent.json", "Sleep");
    await until("all of them run", async () => {
      const lines = (await processesWith(mark)).join("\n");
      return [`sleep ${mark}\\b`, `sleep ${mark}1`, `sleep ${mark}2`].every((one) => new RegExp(one).test(lines));
    });
    expect((await processesWith("tools/list")).filter((line) => line.includes(mark)).length).toBeGreaterThanOrEqual(2);
    everything.signal("SIGKILL");
    await until("the processes are gone", async () => (await processesWith(mark)).length === 0);
  });
});

/** A program that goes into a session of its own and shows nobody its environment. */
const AGENT = Bun.which("ssh-agent") ?? "";

describe.if(onLinux("a program that hides") && requirement(AGENT !== "", "a program that hides: ssh-agent is missing"))(
  "a program that hides and leaves its session",
  () => {
    test("ends with its execution", async () => {
      await using everything = await dev("agent");
      const socket = join(folder.path, "agent/agent.sock");
      ollama.converse(once(`${AGENT} -a ${socket}; sleep 0.2; pgrep -f ${socket} | wc -l`));
      const run = everything.run("Start it", "--json");
      expect(await run.exited).toBe(0);
      expect(run.output()).toMatch(/SSH_AGENT_PID=\d+/);
      await until("the agent is gone", async () => (await processesWith(socket)).length === 0);
      everything.signal("SIGINT");
      expect(await everything.exited).toBe(0);
    });

    test("ends when the runner is killed", async () => {
      await using everything = await dev("killed-agent");
      const socket = join(folder.path, "killed-agent/agent.sock");
      const orphan = join(folder.path, "killed-agent/orphan");
      // It ends only when its parent is gone, which could ask for it, too.
      const child = `sh -c "while kill -0 $$; do sleep 0.1; done" 2>/dev/null & echo $! >${orphan}`;
      ollama.converse(once(`${AGENT} -a ${socket}; sh -c '${child}'; sleep 4250`));
      await using _run = everything.run("Start it");
      await until("the orphan runs", async () => /^\d+\n$/.test(await readFile(orphan, "utf8").catch(() => "")));
      const pid = (await readFile(orphan, "utf8")).trim();
      // The runner asks for an ended orphan when it has seen it twice: then it has seen the agent too.
      await until("the orphan was asked for", () => !existsSync(`/proc/${pid}`));
      everything.signal("SIGKILL");
      await until("the processes are gone", async () => (await processesWith(socket)).length === 0);
      expect(await processesWith("sleep 4250")).toEqual([]);
    });
  },
);

test("the Temporal server of dev inherits nothing from the runner's environment", async () => {
  const [port] = await freePorts(1);
  const path = join(folder.path, "bin");
  const seen = join(folder.path, "seen");
  await Bun.write(join(path, "temporal"), `#!/bin/sh\nenv >${seen}\nexit 1\n`);
  await chmod(join(path, "temporal"), 0o755);
  const env = {
    PATH: `${path}:/usr/bin:/bin`,
    TEMPORAL_SERVICE_ADDRESS: `localhost:${port}`,
    OPENAI_API_KEY: "sk-of-the-runner",
    STIGMER_DATA_DIR: join(folder.path, "data"),
  };
  await using failed = startProgram(file, ["dev"], env, folder.path);
  expect(await failed.exited).toBe(4);
  expect(await readFile(seen, "utf8")).toContain("HOME=");
  expect(await readFile(seen, "utf8")).not.toContain("sk-of");
});
