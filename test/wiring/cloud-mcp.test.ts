import { afterAll, beforeAll, expect, test } from "bun:test";
import { ToolCallStatus } from "../../src/stigmer/index.ts";
import { type CloudWorld, cloudWorld, type Replica } from "../support/cloud-world.ts";
import { until } from "../support/eventually.ts";
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
