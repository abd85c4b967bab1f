import { describe, expect, test } from "bun:test";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type DevProgram, startDev } from "../support/dev-program.ts";
import { until } from "../support/eventually.ts";
import { installedProgram } from "../support/installed-program.ts";
import { processesWith } from "../support/processes.ts";
import { type RunningProgram, startProgram } from "../support/program.ts";

const installed = installedProgram("ollama");

interface Dev extends DevProgram {
  run(...args: string[]): RunningProgram;
}

/** `dev` in a folder of its own, ready. */
async function dev(more: Record<string, string> = {}, name?: string): Promise<Dev> {
  const program = await startDev(installed, { OLLAMA_BASE_URL: installed.ollama.url, ...more }, name);
  return { ...program, run: (...args) => program.command(["run", ...args], { API_TOKEN: "run-secret-1" }) };
}

const hello = (_: unknown, turn: number) =>
  turn === 0
    ? { text: "I write it.", tools: [{ name: "write_file", args: { file_path: "hello.txt", content: "hi\n" } }] }
    : { text: "It is written." };

describe("agent-runner dev and run", () => {
  test("run a message from an empty directory to its end, and leave nothing behind", async () => {
    await using everything = await dev();
    installed.ollama.converse(hello);
    await using run = everything.run("Write hello");
    expect(await run.exited).toBe(0);
    const lines = run.output().split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "I write it.",
      expect.stringMatching(/^✓ write_file: hello\.txt \(\d/),
      "It is written.",
    ]);
    expect(lines[3]).toMatch(/^✓ completed after .* · continue with --session ses-/);
    // Not a terminal: no control sequences.
    expect(run.output()).not.toContain("\u001b");
    expect(await readFile(join(everything.cwd, "workspace/hello.txt"), "utf8")).toBe("hi\n");

    everything.signal("SIGINT");
    expect(await everything.exited).toBe(0);
    expect(everything.errors()).toBe("");
    expect(await processesWith(everything.cwd)).toEqual([]);
  });

  test("continue a session, also after a restart", async () => {
    const first = await dev({}, "restarted");
    installed.ollama.converse(({ messages }) => ({
      text: `I know ${messages.filter(({ role }) => role === "user").length} messages.`,
    }));
    const run = first.run("One");
    expect(await run.exited).toBe(0);
    const session = /--session (ses-\w+)/.exec(run.output())?.[1] ?? "";
    first.signal("SIGTERM");
    expect(await first.exited).toBe(0);
    await using second = await dev({}, "restarted");
    const next = second.run("Two", "--session", session);
    expect(await next.exited).toBe(0);
    expect(next.output()).toStartWith("I know 2 messages.");
  });

  test("take agents from files, variables and secrets for one execution, and a model", async () => {
    await using everything = await dev();
    await Bun.write(
      join(everything.cwd, "agent.yaml"),
      "metadata: {name: poet}\nspec:\n  instructions: You are a poet.\n",
    );
    installed.ollama.converse((_, turn) =>
      turn === 0
        ? { text: "", tools: [{ name: "execute", args: { command: "echo $COLOUR $API_TOKEN" } }] }
        : { text: "Sung." },
    );
    const run = everything.run(
      "Sing",
      "--agent",
      "agent.yaml",
      "--env",
      "COLOUR=blue",
      "--secret-env",
      "API_TOKEN",
      "--model",
      "qwen2.5-coder",
      "--json",
    );
    expect(await run.exited).toBe(0);
    const updates = run
      .output()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(updates.at(-1)).toMatchObject({
      status: { phase: "EXECUTION_COMPLETED", toolCalls: [{ result: expect.stringContaining("blue ***") }] },
    });
    expect(run.output() + everything.output()).not.toContain("run-secret-1");
    expect(installed.ollama.requests.at(-1)?.messages[0]?.content).toStartWith("You are a poet.");
    expect(installed.ollama.requests.at(-1)?.model).toBe("qwen2.5-coder:7b");
  });

  test("report invalid input clearly", async () => {
    await using everything = await dev();
    await Bun.write(join(everything.cwd, "wrong.yaml"), "metadata: {name: x}\nspec: {instructions: [1]}\n");
    const cases: [string[], number, string][] = [
      [["Hi", "--agent", "none.yaml"], 2, "none.yaml cannot be read"],
      [["Hi", "--agent", "wrong.yaml"], 2, "wrong.yaml is not an Agent"],
      [["Hi", "--env", "NOVALUE"], 2, "write it as NAME=value"],
      [["Hi", "--secret-env", "NOT_SET_AT_ALL"], 2, "NOT_SET_AT_ALL is not set"],
      [["Hi", "--session", "ses-none"], 1, "there is no Session ses-none"],
      [["Hi", "--endpoint", "localhost:1"], 4, "start one with `agent-runner dev`"],
      [["Hi", "--endpoint", "nonsense"], 2, 'error: --endpoint "nonsense" has no port'],
      [["Hi", "--endpoint", ""], 2, "--endpoint is empty"],
      [[""], 2, "The message is empty"],
      [["Hi", "--session", ""], 2, "--session is empty"],
      [["Hi", "--session", "ses-none", "--agent", "wrong.yaml"], 2, "do not go together"],
      [[], 2, "missing required argument 'message'"],
    ];
    for (const [args, code, text] of cases) {
      const run = everything.run(...args);
      expect([args, await run.exited]).toEqual([args, code]);
      expect(run.errors()).toContain(text);
    }
    installed.ollama.converse(() => ({ status: 500, error: "model exploded" }));
    const failed = everything.run("Fail");
    expect(await failed.exited).toBe(1);
    expect(failed.output()).toContain("model exploded");
    expect(failed.output()).toContain("✗ failed after");
  });

  test("run is interrupted by Ctrl-C, and the execution continues", async () => {
    await using everything = await dev();
    const { promise: goesOn, resolve: goOn } = Promise.withResolvers<void>();
    installed.ollama.converse(() => ({ text: "Slow.", after: goesOn }));
    const before = installed.ollama.requests.length;
    const run = everything.run("Take your time");
    await until("the model is asked", () => installed.ollama.requests.length > before);
    run.signal("SIGINT");
    expect(await run.exited).toBe(130);
    expect(run.errors()).toMatch(/Interrupted\. The execution aex-\w+ goes on/);
    goOn();
    await everything.says("Execution completed");
  });

  test("a second signal stops running executions, and their status says why", async () => {
    await using everything = await dev({ DRAIN_TIMEOUT: "600" });
    installed.ollama.converse(() => ({ text: "", tools: [{ name: "execute", args: { command: "sleep 987" } }] }));
    const run = everything.run("Sleep");
    await until("the command runs", async () => (await processesWith("sleep 987")).length > 0);
    everything.signal("SIGINT");
    await everything.says("Draining: 1 execution may go on for 10 min");
    everything.signal("SIGINT");
    expect(await everything.exited).toBe(5);
    expect(await run.exited).toBe(1);
    expect(run.output()).toContain("runner was stopped");
    expect(await processesWith("sleep 987")).toEqual([]);
    expect(await processesWith(everything.cwd)).toEqual([]);
  });

  test("a third signal exits at once, and no process is left", async () => {
    await using everything = await dev({ DRAIN_TIMEOUT: "600" });
    installed.ollama.converse(() => ({
      text: "",
      tools: [{ name: "execute", args: { command: "trap '' TERM; sleep 986" } }],
    }));
    everything.run("Sleep");
    await until("the command runs", async () => (await processesWith("sleep 986")).length > 0);
    for (const said of ["draining", "stopping executions that still run", "exiting at once"]) {
      everything.signal("SIGTERM");
      await everything.says(said);
    }
    expect(await everything.exited).toBe(130);
    await until("Temporal is gone too", async () => (await processesWith(everything.cwd)).length === 0);
    expect(await processesWith("sleep 986")).toEqual([]);
  });
});

describe("agent-runner config", () => {
  test("shows every setting with its value and origin, and no secrets", async () => {
    await Bun.write(join(installed.folder.path, "config/.env"), "LOG_LEVEL=debug\nOPENAI_API_KEY=sk-from-file\n");
    const env = { MODE: "local", WORKSPACE_ROOT: "/srv/work", STIGMER_LLM_API_KEY: "sk-very-secret" };
    await using text = startProgram(installed.file, ["config"], env, join(installed.folder.path, "config"));
    expect(await text.exited).toBe(0);
    expect(text.output()).toMatch(/^SANDBOX_ROOT_DIR +\/srv\/work +\(environment \(WORKSPACE_ROOT\)\)$/m);
    expect(text.output()).toMatch(/^LOG_LEVEL +debug +\(\.env\)$/m);
    expect(text.output()).toMatch(/^STIGMER_LLM_API_KEY +\*\*\* +\(environment\)$/m);
    expect(text.output()).toMatch(/^ADMIN_PORT +8790 +\(default\)$/m);
    await using json = startProgram(installed.file, ["config", "--json"], env, join(installed.folder.path, "config"));
    expect(await json.exited).toBe(0);
    const { settings } = JSON.parse(json.output()) as { settings: object[] };
    expect(settings).toContainEqual({ variable: "OPENAI_API_KEY", value: "***", secret: true, origin: ".env" });
    expect(text.output() + json.output()).not.toMatch(/sk-very-secret|sk-from-file/);
  });

  test("lists every problem and exits with 3", async () => {
    await using program = startProgram(installed.file, ["config"], {}, installed.folder.path);
    expect(await program.exited).toBe(3);
    for (const variable of ["STIGMER_API_KEY", "REDIS_HOST", "DAYTONA_API_KEY"])
      expect(program.errors()).toContain(`error: ${variable} is not set`);
  });
});
