/** `cancel` without --url: which of runner and Temporal is asked, and what is told of it. */
import { expect, test } from "bun:test";
import { join } from "node:path";
import { adminApp } from "../../src/admin/index.ts";
import { ExecutionRegistry } from "../../src/executions/index.ts";
import { deps } from "../support/admin-request.ts";
import { startProgram } from "../support/program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const MAIN = join(import.meta.dir, "../../src/main.ts");

/** The admin server of a runner that has one ended execution. @param broken requests that it does not answer any more */
function startRunner(phase: "completed" | "cancelled", broken: "GET" | "none", token?: string) {
  const executions = new ExecutionRegistry();
  const ids = { id: "aex-1", threadId: "t", workflowId: "w", runId: "r", activityId: "1" };
  const outcome = phase === "completed" ? { phase } : { phase, reason: "An operator did." };
  executions.begin({ ...ids, startedAt: new Date() }).end(outcome);
  const app = adminApp(deps({ executions, token }));
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      if (request.method === broken) await server.stop(true);
      return app.fetch(request);
    },
  });
  return { port: String(server.port), [Symbol.asyncDispose]: () => server.stop(true) };
}

async function cancel(id: string, port: string) {
  await using folder = await temporaryFolder();
  const env = { ADMIN_PORT: port, TEMPORAL_SERVICE_ADDRESS: "127.0.0.1:1", ADMIN_TOKEN: "the-token-of-somebody-else" };
  await using program = startProgram(process.execPath, [MAIN, "cancel", id], env, folder.path);
  return { code: await program.exited, said: program.errors().trimEnd().split("\n") };
}

test.each([
  ["completed", "none", 1, "it completed"],
  ["completed", "GET", 1, "it completed"],
  ["cancelled", "none", 0, "it was cancelled: An operator did."],
  ["cancelled", "GET", 1, "it was cancelled: An operator did."],
] as const)(
  "an execution that is %s, at a runner that breaks off at method %s: only the runner is asked",
  async (phase, broken, code, says) => {
    await using runner = startRunner(phase, broken);
    expect(await cancel("aex-1", runner.port)).toEqual({
      code,
      said: [`There is nothing to cancel. The execution aex-1 has ended already: ${says}`],
    });
  },
);

test.each([
  ["no runner answers", undefined, "connection refused"],
  ["the runner does not know it", "", "This runner knows no execution"],
  ["the runner has another token", "the-token-of-the-runner", "Set ADMIN_TOKEN or ADMIN_TOKEN_FILE"],
])("if %s and Temporal cannot be reached, both are told", async (_, token, says) => {
  await using runner = startRunner("completed", "none", token || undefined);
  const { code, said } = await cancel("aex-2", token === undefined ? "1" : runner.port);
  expect(code).toBe(4);
  expect(said[0]).toStartWith("error: ");
  expect(said.join("\n")).toContain("must reach the Temporal");
  expect(said.at(-1)).toStartWith("A runner was asked first: ");
  expect(said.at(-1)).toContain(says);
});

test("what another program answers there cannot change the terminal", async () => {
  const error = { code: "conflict", message: "\u001b]0;OWNED\u0007" };
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => Response.json({ error }, { status: 409 }) });
  await using _server = { [Symbol.asyncDispose]: () => server.stop(true) };
  const { code, said } = await cancel("aex-1", String(server.port));
  expect(code).toBe(1);
  expect(said.join("\n")).toContain("There is nothing to cancel.");
  for (const control of ["\u001b", "\u0007"]) expect(said.join("\n")).not.toContain(control);
});
