/** What the compiled program shows of a runner on terminals of any width. */
import { afterAll, expect, test } from "bun:test";
import { stripVTControlCharacters } from "node:util";
import { adminApp } from "../../src/admin/index.ts";
import { ExecutionRegistry } from "../../src/executions/index.ts";
import { widthOf } from "../../src/shared/width.ts";
import { deps } from "../support/admin-request.ts";
import { until } from "../support/eventually.ts";
import { installedProgram } from "../support/installed-program.ts";
import { startProgram } from "../support/program.ts";
import { startAtTerminal } from "../support/terminal.ts";

const installed = installedProgram();
const ID = "aex-01jhz8q3m5v7w9y1b2d4f6g8ha";
const REASON = "モデルに到達できません: the model at http://127.0.0.1:11434 cannot be reached, start it. ".repeat(3);

const executions = new ExecutionRegistry();
const at = new Date();
const begin = (id: string) => {
  const ids = { threadId: `thread-${id}`, workflowId: `stigmer/agent-execution/invoke/${id}`, runId: "r" };
  return executions.begin({ id, sessionId: "ses-1", ...ids, activityId: "1", startedAt: at });
};
const running = begin(ID);
running.event({ type: "resolved", agentName: "日本語の助手", model: { provider: "ollama", model: "tiny" }, at });
begin("aex-01jhz8q3m5v7w9y1b2d4f6g8hb").end({ phase: "failed", reason: REASON });
const remedies = ["Start Redis, or correct REDIS_URL, which is redis://redis.example.org:6379 at the moment."];
const app = adminApp(
  deps({ executions, checks: () => [{ name: "Redis", status: "degraded", reason: REASON, remedies }] }),
);
const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: (request) => app.fetch(request) });
afterAll(() => server.stop(true));
const env = { ADMIN_PORT: String(server.port) };

const COMMANDS = [["executions"], ["executions", ID], ["status"]] as const;

/** The lines that a terminal was sent, without what controls it. */
function linesOf(output: string): string[] {
  return stripVTControlCharacters(output).replaceAll("\r", "").split("\n");
}

test.each([20, 40, 60, 80])("nothing is wider than a terminal of %d columns", async (columns) => {
  for (const args of COMMANDS) {
    await using program = startAtTerminal([installed.file, ...args], env, installed.folder.path, columns);
    expect(await program.exited).toBe(0);
    const lines = linesOf(program.output());
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
    const shown = columns > ID.length + 2 ? ID : ID.slice(0, columns - 4);
    expect(lines.some((line) => line.includes(shown))).toBe(true);
  }
});

test("a terminal whose size changes is drawn again at the new size", async () => {
  const command = [installed.file, "executions", "--watch"];
  await using program = startAtTerminal(command, env, installed.folder.path, 80);
  await program.says(ID);
  let seen = program.output().length;
  for (const columns of [40, 20, 60]) {
    program.resize(columns);
    const redrawn = () => program.output().slice(seen).split("\u001b[H\u001b[2J").slice(1).at(-1) ?? "";
    await until("it is drawn again", () => redrawn().includes(ID.slice(0, 15)));
    const lines = linesOf(redrawn());
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
    seen = program.output().length;
  }
  program.type("\u0003");
  expect(await program.exited).toBe(130);
});

test("without a terminal nothing is cut", async () => {
  for (const args of COMMANDS) {
    await using program = startProgram(installed.file, args, env, installed.folder.path);
    expect(await program.exited).toBe(0);
    expect(program.output()).toContain(ID);
    expect(program.output()).not.toContain("…");
    if (args[1] === undefined) expect(program.output()).toContain(REASON.trim());
  }
});
