import { expect, test } from "bun:test";
import { adminApp } from "../../src/admin/index.ts";
import { cancel } from "../../src/commands/cancel.ts";
import { drain } from "../../src/commands/drain.ts";
import { executions } from "../../src/commands/executions.ts";
import { type LogLevelOptions, logLevel } from "../../src/commands/log-level.ts";
import { status } from "../../src/commands/status.ts";
import { ExecutionRegistry } from "../../src/executions/index.ts";
import { deps } from "../support/admin-request.ts";
import { collectedLog } from "../support/collected-log.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const TOKEN = "token-of-the-operator";

function serve(registry = new ExecutionRegistry(), token?: string) {
  const app = adminApp(deps({ executions: registry, inFlight: () => registry.count, token }));
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request) => app.fetch(request) });
  return { url: `http://127.0.0.1:${server.port}`, [Symbol.asyncDispose]: () => server.stop(true) };
}

function outputOf(env: Record<string, string> = {}) {
  let output = "";
  const write = (text: string) => {
    output += text;
  };
  return { options: { env, envFile: "/dev/null", write, writeError: write }, text: () => output };
}

function begin(registry: ExecutionRegistry, id: string) {
  return registry.begin({ id, threadId: "t", workflowId: "w", runId: "r", activityId: "1", startedAt: new Date() });
}

const watching = { watch: false, json: false };

test("external text cannot change the terminal, neither as a table nor as JSON", async () => {
  const registry = new ExecutionRegistry();
  begin(registry, "aex-\u001b[2J\u202e1");
  begin(registry, "aex-2").end({ phase: "failed", reason: "bad\u001b]0;title\u0007\r\nOK\u009b2J" });
  await using server = serve(registry);
  for (const json of [false, true]) {
    const { options, text } = outputOf();
    expect(await executions({ ...options, ...watching, json, url: server.url })).toBe(0);
    expect(text()).toContain("aex-2");
    expect(text()).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
  }
});

test("the token comes from ADMIN_TOKEN or ADMIN_TOKEN_FILE; without it the error names them", async () => {
  await using server = serve(new ExecutionRegistry(), TOKEN);
  await using folder = await temporaryFolder();
  const file = `${folder.path}/token`;
  await Bun.write(file, `${TOKEN}\n`);
  for (const env of [{ ADMIN_TOKEN: TOKEN }, { ADMIN_TOKEN_FILE: file }])
    expect(await executions({ ...outputOf(env).options, ...watching, url: server.url })).toBe(0);
  const { options, text } = outputOf();
  expect(await executions({ ...options, ...watching, url: server.url })).toBe(1);
  expect(text()).toContain("Set ADMIN_TOKEN or ADMIN_TOKEN_FILE");
  // The checks need no token.
  const screen = outputOf();
  expect(await status({ ...screen.options, json: false, url: server.url })).toBe(0);
  expect(screen.text()).toContain("Executions: not shown.");
});

test("each command says clearly if nothing answers, and refuses a wrong URL", async () => {
  const commands = [
    (options: ReturnType<typeof outputOf>["options"] & { url: string }) => executions({ ...options, ...watching }),
    (options: ReturnType<typeof outputOf>["options"] & { url: string }) => status({ ...options, json: false }),
    (options: ReturnType<typeof outputOf>["options"] & { url: string }) =>
      drain({ ...options, wait: true, cancel: false }),
    (options: ReturnType<typeof outputOf>["options"] & { url: string }) => cancel({ ...options, executionId: "aex-1" }),
  ];
  for (const command of commands) {
    const { options, text } = outputOf();
    expect(await command({ ...options, url: "http://127.0.0.1:1" })).toBe(4);
    expect(text()).toMatch(/no runner answers at http:\/\/127\.0\.0\.1:1\/[a-z-]+[:/]/);
    expect(await command({ ...options, url: "localhost:8790" })).toBe(2);
  }
});

test("an unknown execution, and one that has ended, cannot be cancelled", async () => {
  const registry = new ExecutionRegistry();
  begin(registry, "aex-1").end({ phase: "completed" });
  await using server = serve(registry);
  for (const [executionId, says] of [
    ["aex-1", "it completed"],
    ["aex-2", "knows no execution"],
  ] as const) {
    const { options, text } = outputOf();
    expect(await cancel({ ...options, executionId, url: server.url })).toBe(1);
    expect(text()).toContain(says);
  }
});

test("a password in the URL is not shown, and cancel names that runner in its advice", async () => {
  const registry = new ExecutionRegistry();
  begin(registry, "aex-1");
  await using server = serve(registry);
  const url = server.url.replace("http://", "http://user:SECRET@");
  const screen = outputOf();
  expect(await status({ ...screen.options, json: false, url })).toBe(0);
  const ending = outputOf();
  expect(await cancel({ ...ending.options, executionId: "aex-1", url })).toBe(0);
  expect(ending.text()).toContain(`executions aex-1 --watch --url ${server.url}\n`);
  for (const { text } of [screen, ending]) expect(text()).not.toContain("SECRET");
});

test("what is no answer of a runner, such as a proxy's error, is no refusal", async () => {
  for (const code of [404, 418, 502]) {
    const init = { status: code, headers: { "content-type": "text/html" } };
    await using server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("<h1>No</h1>", init) });
    const url = `http://127.0.0.1:${server.port}`;
    for (const command of [
      (options: ReturnType<typeof outputOf>["options"]) => executions({ ...options, ...watching, url }),
      (options: ReturnType<typeof outputOf>["options"]) => status({ ...options, json: false, url }),
      (options: ReturnType<typeof outputOf>["options"]) => cancel({ ...options, executionId: "aex-1", url }),
    ]) {
      const { options, text } = outputOf();
      expect(await command(options)).toBe(4);
      expect(text()).toContain(`answers (HTTP ${code}) is not an answer of an agent-runner of this version: is that `);
    }
  }
});

test("log-level and status believe no server that is not a runner", async () => {
  for (const body of [{ level: "loud", configured: "info" }, { level: "info" }, [1, 2, null], "ok"]) {
    await using server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json(body) });
    for (const command of [logLevel, status]) {
      const { options, text } = outputOf();
      expect(await command({ ...options, json: false, url: `http://127.0.0.1:${server.port}` })).toBe(4);
      expect(text()).toContain("is not an answer of an agent-runner of this version");
    }
  }
});

test("log-level shows the level, changes it for a time or for good, and refuses what cannot be", async () => {
  const { log } = collectedLog();
  const app = adminApp(deps({ log, token: TOKEN }));
  await using server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request) => app.fetch(request) });
  const ask = async (more: Partial<LogLevelOptions>, token = TOKEN) => {
    const { options, text } = outputOf({ ADMIN_TOKEN: token });
    const code = await logLevel({ ...options, json: false, url: `http://127.0.0.1:${server.port}`, ...more });
    return { code, text: text() };
  };
  expect(await ask({})).toEqual({ code: 0, text: "The log level is debug, as configured.\n" });
  expect(await ask({ level: "warn", forSeconds: 600 })).toEqual({
    code: 0,
    text: expect.stringMatching(/^The log level is warn until \S+Z \(for \S.*\), then debug again, as configured\.\n$/),
  });
  expect(log.levels.level).toBe("warn");
  expect(JSON.parse((await ask({ json: true })).text)).toMatchObject({ level: "warn", configured: "debug" });
  expect((await ask({ level: "error" })).text).toBe(
    "The log level is error until the runner ends; configured is debug.\n",
  );
  expect(await ask({ forSeconds: 10 })).toEqual({ code: 2, text: expect.stringContaining("--for needs a level") });
  expect(await ask({ level: "info" }, "another-token")).toEqual({
    code: 1,
    text: expect.stringContaining("Set ADMIN_TOKEN or ADMIN_TOKEN_FILE"),
  });
  expect(log.levels.level).toBe("error");
});
