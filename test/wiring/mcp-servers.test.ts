import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type AgentExecution, ToolCallStatus } from "../../src/stigmer/index.ts";
import { cancelExecution } from "../support/cancel-execution.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import { changesContract } from "../support/mcp/changes-contract.ts";
import { drainContract } from "../support/mcp/drain-contract.ts";
import { httpExecutionsContract } from "../support/mcp/executions-contract.ts";
import { mcpResultsContract } from "../support/mcp/results-contract.ts";
import { stdioExecutionsContract } from "../support/mcp/stdio-executions-contract.ts";
import { mcpToolsContract } from "../support/mcp/tools-contract.ts";
import { everything } from "../support/mcp-servers.ts";
import { phaseOf, StigmerUser } from "../support/stigmer-user.ts";

let world: LocalWorld;
beforeAll(async () => {
  world = await localWorld({ SANDBOX_COMMAND_TIMEOUT: "5" });
});
afterAll(() => world[Symbol.asyncDispose]());

const executionWorld = () => ({
  user: new StigmerUser(world.client),
  ollama: world.ollama,
  cancel: (execution: AgentExecution) => cancelExecution(world.temporal.address, execution),
});
httpExecutionsContract(executionWorld);
mcpToolsContract(executionWorld);
changesContract(executionWorld);
stdioExecutionsContract(executionWorld);
mcpResultsContract(executionWorld);

describe("an agent with a stdio server", () => {
  test("calls its tools", async () => {
    const user = new StigmerUser(world.client);
    const session = await user.session({ instructions: "You help.", mcpServers: [everything("everything")] });
    world.ollama.converse((_, turn) =>
      [{ text: "", tools: [{ name: "echo", args: { message: "ü €" } }] }, { text: "Done." }].at(turn),
    );
    const execution = await user.ask(session, "Echo");
    expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
    const [call] = execution.status?.toolCalls ?? [];
    expect(ToolCallStatus[call?.status ?? 0]).toBe("TOOL_CALL_COMPLETED");
    expect(call?.result).toBe("Echo: ü €");
  });
});

// The last one: it ends the runner.
drainContract(() => ({
  ...executionWorld(),
  drain: async () => {
    const response = await fetch(`${world.runner.adminUrl}/shutdown`, { method: "POST" });
    expect(response.status).toBe(202);
  },
  ended: () => world.runner.ended,
}));
