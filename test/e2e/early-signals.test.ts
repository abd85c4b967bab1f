/** Signals during the start of the compiled program, from the moment on that it handles them. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { installedProgram, startLocal } from "../support/installed-program.ts";
import { messagesOf, type RunningProgram } from "../support/program.ts";
import { onLinux } from "../support/requirement.ts";
import { startSilentServer } from "../support/silent-server.ts";

const SIGTERM_BIT = 1n << 14n;
const DRAINING = "SIGTERM: draining: running executions may finish. Send it again to stop them";

const installed = installedProgram("temporal");

const start = (args: readonly string[] = ["start"], env: Record<string, string> = {}) =>
  startLocal(installed, env, args);

/** Waits until the process catches SIGTERM: the first thing that the program does. */
async function catches(pid: number): Promise<void> {
  for (;;) {
    const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    if (caught !== undefined && (BigInt(`0x${caught}`) & SIGTERM_BIT) !== 0n) return;
    await new Promise<void>((next) => setImmediate(next));
  }
}

/** Waits until so many lines were logged. */
async function logs(program: RunningProgram, lines: number): Promise<void> {
  while (program.output().split("\n").length <= lines) await new Promise<void>((next) => setImmediate(next));
}

describe.if(onLinux("early signals"))("a SIGTERM in the first milliseconds", () => {
  test.each(["start", "dev"])("ends `%s` with success before it opens anything", async (command) => {
    for (let round = 0; round < 5; round++) {
      await using program = start([command]);
      await catches(program.pid);
      program.signal("SIGTERM");
      expect([await program.exited, program.errors()]).toEqual([0, ""]);
      expect(messagesOf(program.output())).toEqual([DRAINING, "The start was stopped"]);
    }
  });

  test("is logged as JSON if LOG_FORMAT=json", async () => {
    await using program = start(["start"], { LOG_FORMAT: "json" });
    await catches(program.pid);
    program.signal("SIGTERM");
    expect(await program.exited).toBe(0);
    const records = program.output().trimEnd().split("\n");
    expect(JSON.parse(records[0] ?? "")).toMatchObject({ level: "info", message: DRAINING });
  });

  test("ends other commands as it would have without a handler", async () => {
    await using silent = await startSilentServer();
    await using program = start(["health", "--url", `http://127.0.0.1:${silent.port}`]);
    await catches(program.pid);
    program.signal("SIGTERM");
    expect(await program.exited).toBe(143);
  });
});

describe("a SIGTERM during the start", () => {
  test("ends it with success, whatever was logged until then", async () => {
    await using whole = start();
    await whole.says("Worker ready");
    whole.signal("SIGTERM");
    expect(await whole.exited).toBe(0);
    const lines = messagesOf(whole.output()).findIndex((message) => message.includes("Worker ready"));
    expect(lines).toBeGreaterThan(10);
    for (let count = 1; count <= lines; count += 3) {
      await using program = start();
      await logs(program, count);
      program.signal("SIGTERM");
      expect([count, await program.exited]).toEqual([count, 0]);
    }
  });

  test("twice ends it with success too", async () => {
    await using silent = await startSilentServer();
    await using program = start(["start"], { TEMPORAL_SERVICE_ADDRESS: `127.0.0.1:${silent.port}` });
    await silent.connected;
    program.signal("SIGTERM");
    program.signal("SIGTERM");
    expect(await program.exited).toBe(0);
  });
});
