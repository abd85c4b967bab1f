import { afterAll, beforeAll, expect, test } from "bun:test";
import { type CloudWorld, cloudWorld, type Replica } from "../support/cloud-world.ts";
import { until } from "../support/eventually.ts";
import { changesContract } from "../support/mcp/changes-contract.ts";
import { drainContract } from "../support/mcp/drain-contract.ts";
import { httpExecutionsContract } from "../support/mcp/executions-contract.ts";
import { startHttpFault } from "../support/mcp/http-faults.ts";
import { mcpResultsContract } from "../support/mcp/results-contract.ts";
import { stdioExecutionsContract } from "../support/mcp/stdio-executions-contract.ts";
import { mcpToolsContract } from "../support/mcp/tools-contract.ts";
import { phaseOf } from "../support/stigmer-user.ts";

let world: CloudWorld;
let replica: Replica | undefined;
beforeAll(async () => {
  world = await cloudWorld();
  replica = await world.replica({ MCP_ALLOWED_HOSTS: "127.0.0.1", SANDBOX_COMMAND_TIMEOUT: "5" });
});
afterAll(() => world[Symbol.asyncDispose]());

httpExecutionsContract(() => world);
mcpToolsContract(() => world);
changesContract(() => world);
stdioExecutionsContract(() => world, { findsSessions: false });
mcpResultsContract(() => world);

// The last one with this replica: it ends it.
drainContract(() => ({
  ...world,
  drain: async () => {
    replica?.program.signal("SIGTERM");
    await until("it drains", async () => (await replica?.admin("/readyz"))?.status === 503);
  },
  ended: async () => (await replica?.program.exited) ?? 1,
}));

test("a server on the runner's own machine is refused, unless the operator allows it", async () => {
  await world.replica();
  using server = startHttpFault("none");
  const hosts = ["127.0.0.1", "localhost", "LocalHost.", "2130706433", "0x7f.1", "0", "[::1]", "[::ffff:127.0.0.1]"];
  world.ollama.converse(() => ({ text: "Done." }));
  const session = await world.user.session({
    instructions: "You help.",
    mcpServers: hosts.map((host) => {
      const url = server.url.replace("127.0.0.1", host);
      return { name: `at ${host}`, serverType: { case: "http" as const, value: { url } } };
    }),
  });
  const execution = await world.user.ask(session, "Hi");
  expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
  const text = execution.status?.messages.map(({ content }) => content).join("\n");
  expect(text).toContain("The address 127.0.0.1 belongs to the runner's own machine");
  for (const host of hosts)
    expect(text).toMatch(new RegExp(`"at ${RegExp.escape(host)}" is not available: The address .* belongs to`));
  expect(text).toContain("MCP_ALLOWED_HOSTS");
  expect(server.headers).toEqual([]);
});
