import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmod } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ToolCallStatus } from "../../src/stigmer/index.ts";
import { type CloudWorld, cloudWorld, type Replica } from "../support/cloud-world.ts";
import { until } from "../support/eventually.ts";
import { callsOf } from "../support/mcp/executions.ts";
import { newMark } from "../support/mcp/mark.ts";
import { HANG, shellServer } from "../support/mcp/shell-server.ts";
import { everything } from "../support/mcp-servers.ts";
import { processesWith } from "../support/processes.ts";
import { phaseOf } from "../support/stigmer-user.ts";
import { searchContract } from "../support/tool-catalogue/search-contract.ts";

let world: CloudWorld;
let replica: Replica;
beforeAll(async () => {
  world = await cloudWorld();
  replica = await world.replica();
});
afterAll(async () => {
  await replica.program[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

searchContract("cloud", () => ({
  ollama: world.ollama,
  user: world.user,
  directory: () => world.daytona.alive.at(-1)?.folder ?? "",
}));

test("in cloud mode, a stdio server runs in the sandbox, also if answers of the sandbox are lost, and ends with the execution", async () => {
  const session = await world.user.session({ instructions: "You help.", mcpServers: [everything("everything")] });
  world.daytona.fault({ request: /process\/execute/, loseAnswer: true, times: 5 });
  let seen: Promise<string[]> | undefined;
  world.ollama.converse((_, turn) => {
    seen ??= processesWith("server-everything");
    return [{ tools: [{ name: "echo", args: { message: "ü €" } }] }, { text: "Done." }].at(turn);
  });
  const execution = await world.user.ask(session, "Echo");
  world.daytona.heal();
  expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
  expect((execution.status?.toolCalls ?? []).map(({ result, status }) => [ToolCallStatus[status], result])).toEqual([
    ["TOOL_CALL_COMPLETED", "Echo: ü €"],
  ]);
  expect(await seen).not.toEqual([]);
  await until("the server has ended", async () => (await processesWith("server-everything")).length === 0);
});

/** A sandbox in which the supervisor's pauses of 10 s take no time. @returns lets time pass */
async function fastForward(): Promise<() => Promise<unknown>> {
  const later = join(world.folder, "later");
  const sleep = join(world.folder, "bin/sleep");
  const real = Bun.which("sleep") ?? "";
  const pause = `for part in $(seq 100); do [ ! -e ${later} ] || exit 0; ${real} 0.1; done`;
  await Bun.write(sleep, `#!/bin/sh\n[ "$1" = 10 ] || exec ${real} "$1"\n${pause}\n`);
  await chmod(sleep, 0o755);
  world.daytona.path = `${dirname(sleep)}:${world.daytona.path}`;
  return async () => await Bun.write(later, "");
}

test("a server of a replica that was killed ends after 5 min, and the next message gets another one before", async () => {
  const later = await fastForward();
  const mark = newMark();
  const record = join(world.folder, "calls");
  const value = { ...shellServer({ mark, isStubborn: true }), envPlaceholders: { RECORD: record } };
  const mcpServers = [{ name: "stubborn", serverType: { case: "stdio" as const, value } }];
  const session = await world.user.session({ instructions: "You help.", mcpServers });
  world.ollama.converse((_, turn) => (turn === 0 ? { tools: [{ name: "echo", args: { text: HANG } }] } : { text: "" }));
  const execution = await world.user.begin(session, "Hang");
  await until("it is called", async () => await Bun.file(record).exists());
  replica.program.signal("SIGKILL");
  replica = await world.replica();
  // Temporal notices first that the replica is gone; the other one closes what was open.
  await until("the call is closed", async () => callsOf(await world.user.get(execution))[0]?.[1] === "FAILED");
  expect(phaseOf(await world.user.ended(execution))).toBe("EXECUTION_FAILED");

  world.ollama.converse((_, turn) => [{ tools: [{ name: "echo", args: { text: "hi" } }] }, { text: "Done." }].at(turn));
  const next = await world.user.ask(session, "Again");
  expect([phaseOf(next), callsOf(next)]).toEqual(["EXECUTION_COMPLETED", [["echo", "COMPLETED", "echo"]]]);
  expect((await processesWith(mark)).length).toBeGreaterThan(0);
  await later();
  await until("the server has ended", async () => (await processesWith(mark)).length === 0);
  expect((await Bun.file(record).text()).split("\n").length).toBe(2);
});
