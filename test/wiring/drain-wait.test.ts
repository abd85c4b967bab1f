/** `drain --wait` against the real admin server, when the runner or the connection to it goes away. */
import { expect, test } from "bun:test";
import { adminApp } from "../../src/admin/index.ts";
import { drain } from "../../src/commands/drain.ts";
import { ExecutionRegistry } from "../../src/executions/index.ts";
import { deps, runningLifecycle } from "../support/admin-request.ts";
import { until } from "../support/eventually.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

/** An admin server of a runner with one execution. @param port 0: any */
function startServer({ port = 0, uptimeMs = 60_000 } = {}) {
  const executions = new ExecutionRegistry();
  const ids = { id: "aex-1", threadId: "t", workflowId: "w", runId: "r", activityId: "1" };
  const execution = executions.begin({ ...ids, startedAt: new Date() });
  const lifecycle = {
    ...runningLifecycle({ startedAt: new Date(Date.now() - uptimeMs), deadline: new Date("2027-01-15T08:00:00Z") }),
    state: "running",
    requestDrain: () => {
      lifecycle.state = "draining";
    },
  };
  const ended = Promise.withResolvers<void>();
  const inFlight = () => executions.count;
  const cancelAll = () => executions.cancelAll();
  const app = adminApp(deps({ executions, inFlight, lifecycle, cancelAll, ended: ended.promise }));
  const posts: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port,
    // As the admin server keeps requests open that wait.
    idleTimeout: 0,
    fetch: (request) => {
      if (request.method === "POST") posts.push(new URL(request.url).search);
      return app.fetch(request);
    },
  });
  return {
    port: server.port ?? 0,
    host: `127.0.0.1:${server.port}`,
    lifecycle,
    posts,
    execution,
    /** The execution ends, and everything else. */
    end: () => {
      execution.end(
        execution.signal.aborted ? { phase: "cancelled", reason: "An operator did." } : { phase: "completed" },
      );
      ended.resolve();
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

function drainAt(host: string, { cancel = false, misses = 3 } = {}) {
  let output = "";
  const write = (text: string) => {
    output += text;
  };
  const options = { env: {}, envFile: "/dev/null", url: `http://${host}`, write, writeError: write };
  const code = drain({ ...options, wait: true, cancel, pace: { intervalMs: 50, misses } });
  return { code, output: () => output, says: (text: string) => until(text, () => output.includes(text)) };
}

test.each([false, true])("one request shuts down and waits; cancel: %p", async (cancel) => {
  await using runner = startServer();
  const command = drainAt(runner.host, { cancel });
  await command.says(`which ${cancel ? "is being cancelled" : "may finish"} at most until 2027-01-15T08:00:00.000Z`);
  await command.says("aex-1");
  expect(runner.execution.signal.aborted).toBe(cancel);
  runner.end();
  expect(await command.code).toBe(0);
  expect(command.output()).toMatch(/The runner has ended\..*aex-1 +(completed|cancelled)/s);
  expect(runner.posts).toEqual(["?wait=true"]);
});

test("a lost connection to a runner that goes on is opened again", async () => {
  await using runner = startServer();
  await using proxy = await startTcpProxy(runner.host);
  const command = drainAt(proxy.address, { misses: 1_000_000 });
  await command.says("aex-1");
  proxy.cut();
  proxy.mend();
  await until("it waits again", () => runner.posts.length === 2);
  runner.end();
  expect(await command.code).toBe(0);
  expect(command.output().match(/takes no more executions/g)).toHaveLength(1);
});

test("a runner that is gone has not said how its executions ended", async () => {
  await using runner = startServer();
  const command = drainAt(runner.host);
  await command.says("aex-1");
  await runner[Symbol.asyncDispose]();
  expect(await command.code).toBe(1);
  expect(command.output()).toContain("no longer answers, and the runner did not say how its executions ended");
});

test("a runner behind a connection that hangs counts as gone", async () => {
  await using runner = startServer();
  await using proxy = await startTcpProxy(runner.host);
  const command = drainAt(proxy.address, { misses: 1 });
  await command.says("aex-1");
  proxy.hold();
  expect(await command.code).toBe(1);
  expect(command.output()).toContain("no longer answers");
});

test("a runner that was started at the same address meanwhile is not drained", async () => {
  await using runner = startServer();
  const command = drainAt(runner.host, { misses: 1_000_000 });
  await command.says("aex-1");
  await runner[Symbol.asyncDispose]();
  await using next = startServer({ port: runner.port, uptimeMs: 0 });
  expect(await command.code).toBe(1);
  expect(command.output()).toContain("now the address of another runner, which was not drained");
  expect([next.lifecycle.state, next.posts]).toEqual(["running", []]);
});

test.each([
  [401, { error: { code: "unauthorized", message: "The token is wrong" } }, 1, 1, "Set ADMIN_TOKEN"],
  [429, { error: { code: "too-many-requests", message: "20 requests wait" } }, 1, 1, "20 requests wait"],
  [503, "a proxy's page", 3, 4, "/shutdown answers (HTTP 503) is not an answer of an agent-runner"],
] as const)("a refusal with %d is told", async (status, body, requests, code, says) => {
  await using runner = startServer();
  let refused = 0;
  await using server = {
    server: Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: (request) => {
        const path = new URL(request.url).pathname;
        if (path === "/healthz") return fetch(`http://${runner.host}${path}`);
        refused++;
        return Response.json(body, { status });
      },
    }),
    [Symbol.asyncDispose]: () => server.server.stop(true),
  };
  const command = drainAt(`127.0.0.1:${server.server.port}`);
  expect(await command.code).toBe(code);
  expect(command.output()).toContain(says);
  expect(refused).toBe(requests);
});
