import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { installedProgram, startLocal } from "../support/installed-program.ts";
import { messagesOf, startProgram } from "../support/program.ts";

const installed = installedProgram("temporal");

const start = (env: Record<string, string> = {}, args: readonly string[] = []) => startLocal(installed, env, args);

describe("agent-runner start", () => {
  test("logs the documented lines, each with a timestamp", async () => {
    await using runner = start();
    await runner.says("🚀 Worker ready, polling for tasks...");
    const rule = "=".repeat(60);
    const messages = messagesOf(runner.output());
    expect(messages.length).toBe(runner.output().trimEnd().split("\n").length);
    const expected = [
      rule,
      "🚀 Stigmer Agent Runner - LOCAL Mode",
      "Task Queue: agent_execution_runner",
      `Temporal: ${installed.temporal.address} (namespace: default)`,
      "Backend: localhost:50051",
      "Sandbox: filesystem (root: ./workspace)",
      "Note: Using gRPC to Stigmer Daemon for state/streaming",
      rule,
      "Local mode: Skipping Redis initialization (using gRPC to Stigmer Daemon)",
      "🔧 Execution Mode: LOCAL",
      "🔧 Stigmer Backend: localhost:50051",
      "🔧 Sandbox: filesystem (root: ./workspace)",
      `✅ [POLYGLOT] Connected to Temporal server at ${installed.temporal.address}, namespace: default`,
      "🚀 Worker ready, polling for tasks...",
    ];
    const places = expected.map((line, index) =>
      messages.indexOf(line, index === 7 ? messages.indexOf(expected[6] ?? "") : 0),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(messages[0]).toBe(rule);
    expect(runner.errors()).toBe("");

    runner.signal("SIGTERM");
    expect(await runner.exited).toBe(0);
  });

  test("accepts the launchers' aliases, and a .env file with lower precedence", async () => {
    await Bun.write(join(installed.folder.path, "other.env"), "TASK_QUEUE=from-file\nWORKSPACE_ROOT=./from-file\n");
    await using runner = start({ WORKSPACE_ROOT: "./here", TASK_QUEUE: "" }, [
      "--env-file",
      join(installed.folder.path, "other.env"),
    ]);
    await runner.says("Worker ready");
    const messages = messagesOf(runner.output());
    expect(messages).toContain("Task Queue: from-file");
    expect(messages).toContain("Sandbox: filesystem (root: ./here)");
  });

  test("logs JSON if LOG_FORMAT=json", async () => {
    await using runner = start({ LOG_FORMAT: "json" });
    await runner.says("Worker ready");
    const records = runner
      .output()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(records[1]).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      logger: "agent-runner",
      message: "🚀 Stigmer Agent Runner - LOCAL Mode",
    });
  });

  test("logs only JSON then, from the first line to the last", async () => {
    const messages = (output: string) =>
      output
        .trimEnd()
        .split("\n")
        .map((line) => (JSON.parse(line) as { readonly message: string }).message);
    await using failing = start({ LOG_FORMAT: "JSON", TEMPORAL_SERVICE_ADDRESS: "127.0.0.1:1" });
    expect(await failing.exited).toBe(4);
    expect(messages(failing.output()).join("\n")).toContain("STARTUP FAILURE");
    await using running = start({ LOG_FORMAT: "JSON" });
    await running.says("Worker ready");
    running.signal("SIGTERM");
    expect(await running.exited).toBe(0);
    expect(messages(running.output())).toContain(
      "SIGTERM: draining: running executions may finish. Send it again to stop them",
    );
  });

  test("reports every problem of a wrong configuration, and no secret", async () => {
    await using runner = start({
      ADMIN_PORT: "8080x",
      TEMPORAL_MAX_CONCURRENCY: "1e9",
      STIGMER_API_KEY: " secret-with-space ",
      STIGMER_LLM_MODLE: "x",
    });
    expect(await runner.exited).toBe(3);
    const text = messagesOf(runner.output()).join("\n");
    expect(text).toContain("STARTUP FAILURE: the configuration is not valid");
    for (const part of [
      'ADMIN_PORT "8080x" is not a whole number',
      'TEMPORAL_MAX_CONCURRENCY "1e9"',
      "STIGMER_API_KEY (not shown) has white space around it",
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain("secret-with-space");
  });

  test("reports a port that is in use", async () => {
    const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
    await using runner = start({ ADMIN_PORT: String(server.port) });
    expect(await runner.exited).toBe(4);
    expect(runner.output()).toContain(`cannot listen on 127.0.0.1:${server.port}`);
    expect(runner.output()).toContain("ADMIN_PORT");
    await server.stop(true);
  });

  test("names a workspace that cannot be created, and its variable", async () => {
    await using runner = start({ SANDBOX_ROOT_DIR: "/proc/nothing" });
    expect(await runner.exited).toBe(4);
    expect(runner.output()).toContain("/proc/nothing");
    expect(runner.output()).toContain("SANDBOX_ROOT_DIR");
  });

  test("warns about a variable that resembles a known one", async () => {
    await using runner = start({ STIGMER_LLM_MODLE: "x" });
    await runner.says("STIGMER_LLM_MODLE is set but unknown and has no effect: did you mean STIGMER_LLM_MODEL?");
  });

  test("refuses an unknown command and suggests the intended one", async () => {
    await using runner = startProgram(installed.file, ["strat"], {}, installed.folder.path);
    expect(await runner.exited).toBe(2);
    expect(runner.errors()).toContain("unknown command 'strat'");
    expect(runner.errors()).toContain("start");
  });

  test("--version and --help need no configuration, and --help documents the exit codes", async () => {
    await using version = startProgram(installed.file, ["--version"], {}, installed.folder.path);
    expect(await version.exited).toBe(0);
    expect(version.output()).toMatch(/^agent-runner \d+\.\d+\.\d+ \([0-9a-f]{12}\)\n$/);
    await using help = startProgram(installed.file, ["--help"], {}, installed.folder.path);
    expect(await help.exited).toBe(0);
    for (const code of [0, 1, 2, 3, 4, 5, 130]) expect(help.output()).toMatch(new RegExp(`^ +${code}  `, "m"));
  });
});
