import { afterEach, describe, expect, test } from "bun:test";
import { type AgentExecution, MessageType } from "../../src/stigmer/index.ts";
import { startAnthropicDouble } from "../support/anthropic-double.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import { startHttpFault } from "../support/mcp/http-faults.ts";
import { ODD_NAMES } from "../support/mcp/odd-tools.ts";
import { startOpenAiDouble } from "../support/openai-double.ts";
import { phaseOf, StigmerUser } from "../support/stigmer-user.ts";

let world: LocalWorld;
afterEach(() => world[Symbol.asyncDispose]());

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const turns = [
  {
    text: "I look.",
    tools: [
      { name: "execute", args: { command: `echo ${PNG} | base64 -d > dot.png; echo one` } },
      { name: "read_file", args: { file_path: "nothing.txt" } },
      { name: "references", args: { text: "hi" } },
      { name: "no_schema" },
    ],
  },
  { text: "", tools: [{ name: "read_file", args: { file_path: "dot.png" } }] },
  { text: "A dot." },
];

/** An execution of an agent whose MCP server describes its tools oddly. */
async function look(url: string, modelName = ""): Promise<AgentExecution> {
  const user = new StigmerUser(world.client);
  const mcpServers = [{ name: "odd", serverType: { case: "http" as const, value: { url } } }];
  return await user.ask(await user.session({ instructions: "You help.", mcpServers }), "Look", {
    executionConfig: { modelName },
  });
}

function expectOddTools(tools: readonly { readonly name: string }[]): void {
  const names = tools.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(ODD_NAMES));
  expect(names.filter((name) => /^x{55}_[0-9a-f]{8}$/.test(name))).toHaveLength(1);
  expect(names).not.toContain("no_object");
  expect(names).not.toContain("bad_argument");
}

describe("an execution with a provider's own client", () => {
  test("Anthropic: calls, results and images work in both directions, also those of MCP servers", async () => {
    using odd = startHttpFault("tools with odd definitions");
    await using anthropic = startAnthropicDouble("sk-ant-test", turns);
    world = await localWorld({
      STIGMER_LLM_PROVIDER: "anthropic",
      STIGMER_LLM_BASE_URL: anthropic.url,
      ANTHROPIC_API_KEY: "sk-ant-test",
    });
    const execution = await look(odd.url);
    expect([phaseOf(execution), execution.status?.error]).toEqual(["EXECUTION_COMPLETED", ""]);
    expect(execution.status?.messages.at(-1)?.content).toBe("A dot.");
    expectOddTools(anthropic.requests[0]?.tools ?? []);
    expect(execution.status?.toolCalls.map(({ result }) => result.split("\n", 1)[0])).toEqual([
      "one",
      "Error: 'nothing.txt' does not exist.",
      "echo: hi",
      "A dot:",
      "[image/png, not shown]",
    ]);
    expect(execution.status?.toolCalls[3]?.result).toBe("A dot:\n[image/png, not shown]");
    expect(anthropic.requests[0]).toMatchObject({
      model: "claude-sonnet-4-5-20250929",
      max_tokens: 8192,
      temperature: 0,
    });
    const results = JSON.stringify(anthropic.requests.at(-1)?.messages);
    expect(results.match(/"media_type":"image\/png"/g)).toHaveLength(2);
    expect(results).toMatch(/"text":"A dot:"\},\{"type":"image","source":\{"type":"base64","media_type":"image\/png"/);
  });

  test("Anthropic: the user is told that the key was refused, without the key", async () => {
    await using anthropic = startAnthropicDouble("another", turns);
    world = await localWorld({
      STIGMER_LLM_MODEL: "claude-sonnet-4.5",
      STIGMER_LLM_BASE_URL: anthropic.url,
      STIGMER_LLM_API_KEY: "sk-ant-wrong-key",
    });
    const execution = await world.run("Look", () => undefined);
    expect(execution.status?.error).toContain(
      "Anthropic refuses the API key for the model 'claude-sonnet-4-5-20250929' (401)",
    );
    expect(world.log.join("")).not.toContain("sk-ant-wrong-key");
  });

  test("OpenAI: calls and results work in both directions, also those of MCP servers, with a custom base URL", async () => {
    using odd = startHttpFault("tools with odd definitions");
    await using openai = startOpenAiDouble("sk-openai-test", turns);
    world = await localWorld({
      STIGMER_LLM_PROVIDER: "openai",
      STIGMER_LLM_MODEL: "gpt-4o",
      STIGMER_LLM_BASE_URL: openai.url,
      STIGMER_LLM_API_KEY: "sk-openai-test",
    });
    const execution = await look(odd.url);
    expect([phaseOf(execution), execution.status?.error]).toEqual(["EXECUTION_COMPLETED", ""]);
    expectOddTools((openai.requests[0]?.tools ?? []).map((one) => one.function));
    expect(
      execution.status?.messages
        .filter(({ type }) => type !== MessageType.MESSAGE_SYSTEM)
        .map(({ content }) => content),
    ).toEqual([
      "Look",
      "I look.",
      expect.stringMatching(/^execute: echo\n\$ echo .* \| base64 -d > dot\.png; echo one$/),
      "read_file: nothing.txt",
      "references",
      "no_schema",
      "read_file: dot.png",
      "A dot.",
    ]);
    const seen = JSON.stringify(openai.requests.at(-1)?.messages);
    expect(seen.match(/"url":"data:image\/png;base64,/g)).toHaveLength(2);
    expect(openai.requests[0]).toMatchObject({ model: "gpt-4o", temperature: 0 });

    openai.say(turns);
    expect((await look(odd.url, "gpt-5-codex")).status?.error).toBe("");
    expectOddTools(openai.responses[0]?.tools ?? []);
    expect(JSON.stringify(openai.responses.at(-1)?.input).match(/data:image\/png;base64,/g)).toHaveLength(2);
  });
});
