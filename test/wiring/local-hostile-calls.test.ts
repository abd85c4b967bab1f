import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import { AgentExecutionSpecSchema } from "../../src/stigmer/index.ts";
import type { ModelCall } from "../support/model-turn.ts";
import { type ProviderWorld, providerWorld, states } from "../support/provider-world.ts";
import { anthropic, ollama, openAiChat, providers } from "../support/providers.ts";
import { phaseOf, StigmerUser } from "../support/stigmer-user.ts";

const LONG = "long_name_".repeat(20_000);
const HOSTILE_NAMES = [
  "__proto__",
  "toString",
  "constructor",
  "hasOwnProperty",
  "extract-everything",
  "",
  " ",
  "a b\u0000\u001b[31mred",
  LONG,
];

const BAD_ARGUMENTS = [
  '{"file_path":"a.txt","content":"open',
  "[1,2]",
  '"text"',
  "null",
  "42",
  "{]",
  "[".repeat(100_000),
  `{"file_path":${"[".repeat(1_000)}${"]".repeat(1_000)}}`,
];
const TASK = { name: "task", args: { description: "Try", subagent_type: "general-purpose" } };

let world: ProviderWorld;
const endWorld = () => world[Symbol.asyncDispose]();

for (const provider of providers) {
  describe(`with ${provider.name}`, () => {
    beforeAll(async () => {
      world = await providerWorld(provider);
    });
    afterAll(endWorld);

    test("a call with an invalid tool name gets an error, and the agent continues", async () => {
      const tools = HOSTILE_NAMES.map((name) => ({ name, args: {} }));
      const result = await world.run([
        // Each by itself: one alone must not end the run either.
        { text: "", tools: [{ name: "extract-this", args: {} }] },
        { text: "", tools: [{ name: "__proto__", args: {} }] },
        { text: "", tools },
        { text: "I go on." },
      ]);
      expect([result.phase, result.error]).toEqual(["COMPLETED", ""]);
      expect(result.messages.at(-1)).toEqual(["AI", "I go on."]);
      expect(states(result.calls)).toEqual(Array(HOSTILE_NAMES.length + 2).fill("FAILED"));
      for (const { error, name } of result.calls) {
        expect(error).toStartWith("not executed: there is no tool ");
        expect(error.length).toBeLessThan(500);
        expect(name.length).toBeLessThanOrEqual(64);
      }
      expect(JSON.stringify(result.messages)).not.toMatch(/\\u0000|\\u001b|(long_name_){10}/);
      expect(result.conversations).toHaveLength(4);
    });

    test("a call with invalid arguments gets an error, and is sent back in a form that the provider accepts", async () => {
      // Ollama sends values and not text.
      const bad: Omit<ModelCall, "name">[] =
        provider === ollama
          ? ["text", [1, 2], null, 42].map((args) => ({ args }))
          : BAD_ARGUMENTS.map((raw) => ({ raw }));
      const result = await world.run([
        { text: "", tools: bad.map((args) => ({ name: "write_file", ...args })) },
        { text: "", tools: [{ name: "write_file", args: null }] },
        { text: "I go on." },
      ]);
      expect([result.phase, result.error]).toEqual(["COMPLETED", ""]);
      expect(result.messages.at(-1)).toEqual(["AI", "I go on."]);
      expect(states(result.calls)).toEqual(Array(bad.length + 1).fill("FAILED"));
      for (const { error } of result.calls)
        expect(error).toBe("not executed: its arguments are not a valid JSON object");
      expect(result.files).toEqual([]);
    });

    test("an empty answer is shown to the user with a note", async () => {
      const result = await world.run([{ text: "" }]);
      expect(result.phase).toBe("COMPLETED");
      expect(result.messages.at(-1)?.[1]).toStartWith("[The model ended without an answer.");
    });

    test("an empty answer does not break the conversation for the next message", async () => {
      const result = await world.run([{ text: "" }, { text: "Here I am." }], ["One", "Two"]);
      expect([result.phase, result.error, result.messages.at(-1)]).toEqual(["COMPLETED", "", ["AI", "Here I am."]]);
    });
  });
}

const write = (name: string, id: string | null): ModelCall => ({
  name: "write_file",
  args: { file_path: name, content: name },
  id,
});

describe("with Anthropic", () => {
  beforeAll(async () => {
    world = await providerWorld(anthropic);
  });
  afterAll(endWorld);

  test("calls without a unique id get one", async () => {
    const result = await world.run([
      { text: "", tools: [write("a.txt", null), write("b.txt", "toolu_1"), write("c.txt", "toolu_1")] },
      { text: "", tools: [write("d.txt", "toolu_1")] },
      { text: "Written." },
    ]);
    expect([result.phase, result.error]).toEqual(["COMPLETED", ""]);
    expect(result.files).toEqual(["a.txt", "b.txt", "c.txt", "d.txt"]);
  });

  test("a sub-agent with the name of an inherited property is refused", async () => {
    const names = ["toString", "__proto__", "constructor", "nobody"];
    const result = await world.run([
      { text: "", tools: names.map((name) => ({ name: "task", args: { description: "x", subagent_type: name } })) },
      { text: "I go on." },
    ]);
    expect([result.phase, result.messages.at(-1)]).toEqual(["COMPLETED", ["AI", "I go on."]]);
    expect(result.calls.map(({ error }) => error)).toEqual(
      names.map((name) => `not executed: there is no sub-agent ${name}`),
    );
  });
});

describe("with OpenAI", () => {
  beforeAll(async () => {
    world = await providerWorld(openAiChat);
  });
  afterAll(endWorld);

  test("calls get unique ids if these are missing, duplicate, used earlier or invalid", async () => {
    const result = await world.run([
      { text: "", tools: [write("a.txt", null), write("b.txt", "call_1"), write("c.txt", "call_1")] },
      { text: "", tools: [write("d.txt", "call_1"), write("e.txt", "x".repeat(10_000)), write("f.txt", "a b\n")] },
      { text: "", tools: [write("g.txt", 7 as never)] },
      { text: "Written." },
    ]);
    expect([result.phase, result.error]).toEqual(["COMPLETED", ""]);
    expect(result.files).toEqual(["a.txt", "b.txt", "c.txt", "d.txt", "e.txt", "f.txt", "g.txt"]);
    expect(states(result.calls)).toEqual(Array(7).fill("COMPLETED"));
    expect(new Set(result.calls.map(({ id }) => id)).size).toBe(7);
    expect(result.messages.at(-1)).toEqual(["AI", "Written."]);
  });

  test("a sub-agent gets errors for invalid names too, and continues", async () => {
    const result = await world.run([
      { text: "", tools: [TASK] },
      { text: "", tools: HOSTILE_NAMES.map((name) => ({ name, args: {} })) },
      { text: "None of them works." },
      { text: "It tried." },
    ]);
    expect([result.phase, result.messages.at(-1)]).toEqual(["COMPLETED", ["AI", "It tried."]]);
    expect(result.calls[0]?.result).toBe("None of them works.");
    expect(states(result.calls)).toEqual(["COMPLETED", ...Array(HOSTILE_NAMES.length).fill("FAILED")]);
  });

  test("an empty answer of a sub-agent is reported to the agent", async () => {
    const result = await world.run([{ text: "", tools: [TASK] }, { text: "" }, { text: "It said nothing." }]);
    expect(result.calls[0]?.result).toStartWith("[The model ended without an answer.");
  });

  test("invalid arguments are named in the error, without a stack", async () => {
    const result = await world.run([
      { text: "", tools: [{ name: "write_file", args: { file_path: 1, content: "x" } }] },
      { text: "I go on." },
    ]);
    expect(result.calls[0]?.error).toStartWith("Error: the arguments of write_file are not valid:");
    expect(result.calls[0]?.error).toContain("file_path");
    expect(result.calls[0]?.result).not.toMatch(/\n\s+at |node_modules|kwargs|Please fix/);
    expect(result.conversations[1]).not.toMatch(/node_modules|Please fix/);
  });

  test("arguments may have the names of inherited properties as keys", async () => {
    const raw = '{"path":".","__proto__":{"x":1},"constructor":"y","toString":null}';
    const result = await world.run([{ text: "", tools: [{ name: "ls", raw }] }, { text: "I go on." }]);
    expect([result.phase, result.messages.at(-1)]).toEqual(["COMPLETED", ["AI", "I go on."]]);
    expect(states(result.calls)).toEqual(["COMPLETED"]);
  });

  test("several todo lists in one answer are refused, and the agent continues", async () => {
    const todos = (content: string) => ({ name: "write_todos", args: { todos: [{ content, status: "pending" }] } });
    const result = await world.run([
      { text: "", tools: [todos("one"), todos("two")] },
      { text: "", tools: [todos("three")] },
      { text: "Planned." },
    ]);
    expect([result.phase, result.messages.at(-1)]).toEqual(["COMPLETED", ["AI", "Planned."]]);
    expect(states(result.calls)).toEqual(["FAILED", "FAILED", "COMPLETED"]);
  });

  test("too many calls at once are refused, and the agent continues", async () => {
    const tools = Array.from({ length: 500 }, (_, n) => ({ name: "execute", args: { command: `touch ${n}.txt` } }));
    const result = await world.run([{ text: "", tools }, { text: "I go on." }]);
    expect([result.phase, result.messages.at(-1)]).toEqual(["COMPLETED", ["AI", "I go on."]]);
    expect(result.files).toEqual([]);
    expect(result.calls[0]?.error).toBe(
      "not executed: the model asked for 500 calls at once, and at most 64 are executed",
    );
  });

  test("a model may have the name of an inherited property", async () => {
    const { client } = world.world;
    const user = new StigmerUser(client);
    const { executionConfig } = create(AgentExecutionSpecSchema, {
      executionConfig: { modelName: "ollama:__proto__" },
    });
    const execution = await user.ask(await user.session(), "Hello", { executionConfig });
    expect([phaseOf(execution), execution.status?.error]).toEqual([
      "EXECUTION_FAILED",
      "Ollama has no model '__proto__'. Get it with `ollama pull __proto__`, or choose another model with STIGMER_LLM_MODEL.",
    ]);
  });
});
