import { afterEach, describe, expect, test } from "bun:test";
import { startAnthropicDouble } from "../support/anthropic-double.ts";
import { type LocalWorld, localWorld } from "../support/local-world.ts";
import { startOpenAiDouble } from "../support/openai-double.ts";
import { phaseOf } from "../support/stigmer-user.ts";

let world: LocalWorld;
afterEach(() => world[Symbol.asyncDispose]());

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const turns = [
  {
    text: "I look.",
    tools: [
      { name: "execute", args: { command: `echo ${PNG} | base64 -d > dot.png; echo one` } },
      { name: "read_file", args: { file_path: "nothing.txt" } },
    ],
  },
  { text: "", tools: [{ name: "read_file", args: { file_path: "dot.png" } }] },
  { text: "A dot." },
];

describe("an execution with a provider's own client", () => {
  test("Anthropic: calls, results and images work in both directions", async () => {
    await using anthropic = startAnthropicDouble("sk-ant-test", turns);
    world = await localWorld({
      STIGMER_LLM_PROVIDER: "anthropic",
      STIGMER_LLM_BASE_URL: anthropic.url,
      ANTHROPIC_API_KEY: "sk-ant-test",
    });
    const execution = await world.run("Look", () => undefined);
    expect([phaseOf(execution), execution.status?.error]).toEqual(["EXECUTION_COMPLETED", ""]);
    expect(execution.status?.messages.at(-1)?.content).toBe("A dot.");
    expect(execution.status?.toolCalls.map(({ result }) => result.split("\n", 1)[0])).toEqual([
      "one",
      "Error: 'nothing.txt' does not exist.",
      "[image/png, not shown]",
    ]);
    expect(anthropic.requests[0]).toMatchObject({
      model: "claude-sonnet-4-5-20250929",
      max_tokens: 8192,
      temperature: 0,
    });
    const results = JSON.stringify(anthropic.requests.at(-1)?.messages);
    expect(results).toContain('"media_type":"image/png"');
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

  test("OpenAI: calls and results work in both directions, with a custom base URL", async () => {
    await using openai = startOpenAiDouble("sk-openai-test", turns.toSpliced(1, 1));
    world = await localWorld({
      STIGMER_LLM_PROVIDER: "openai",
      STIGMER_LLM_MODEL: "gpt-4o",
      STIGMER_LLM_BASE_URL: openai.url,
      STIGMER_LLM_API_KEY: "sk-openai-test",
    });
    const execution = await world.run("Look", () => undefined);
    expect([phaseOf(execution), execution.status?.error]).toEqual(["EXECUTION_COMPLETED", ""]);
    expect(execution.status?.messages.map(({ content }) => content)).toEqual([
      "Look",
      "I look.",
      expect.stringMatching(/^execute: echo\n\$ echo .* \| base64 -d > dot\.png; echo one$/),
      "read_file: nothing.txt",
      "A dot.",
    ]);
    expect(openai.requests[0]).toMatchObject({ model: "gpt-4o", temperature: 0 });
  });
});
