import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { AnswerTurn } from "../support/model-turn.ts";
import { type ProviderWorld, providerWorld, states } from "../support/provider-world.ts";
import { anthropic, openAiChat, providers } from "../support/providers.ts";

const HALF = '{"file_path":"b.txt","content":"first half of a bi';
const TASK = { name: "task", args: { description: "Write", subagent_type: "general-purpose" } };

/** A turn whose later calls were cut off. */
const cutTurn = (stop: string): AnswerTurn => ({
  text: "I write both files.",
  tools: [
    { name: "write_file", args: { file_path: "a.txt", content: "whole" } },
    { name: "write_file", raw: HALF },
    { name: "execute", raw: '{"command":"touch c.txt; rm -rf important' },
  ],
  stop,
});

let world: ProviderWorld;
const endWorld = () => world[Symbol.asyncDispose]();

for (const provider of providers) {
  describe(`an answer of ${provider.name} that the token limit cut off`, () => {
    beforeAll(async () => {
      world = await providerWorld(provider);
    });
    afterAll(endWorld);

    test("has none of its calls executed; the model is told and continues", async () => {
      const result = await world.run([
        cutTurn(provider.limit),
        { text: "", tools: [{ name: "write_file", args: { file_path: "small.txt", content: "small" } }] },
        { text: "Written in parts." },
      ]);
      expect([result.phase, result.error]).toEqual(["COMPLETED", ""]);
      expect(result.files).toEqual(["small.txt"]);
      expect(states(result.calls)).toEqual(["FAILED", "FAILED", "FAILED", "COMPLETED"]);
      for (const { error } of result.calls.slice(0, 3))
        expect(error).toBe(
          "not executed: the model's answer was cut off at the limit of 8192 tokens (STIGMER_LLM_MAX_TOKENS)",
        );
      expect(result.messages.at(-1)).toEqual(["AI", "Written in parts."]);
      expect(result.conversations).toHaveLength(3);
      expect(result.conversations[1]).toContain("None of its tool calls was executed. Continue with smaller pieces");
    });

    test("is shown with a note if it has no calls", async () => {
      const result = await world.run([{ text: "The first half of", stop: provider.limit }]);
      expect([result.phase, result.error]).toEqual(["COMPLETED", ""]);
      expect(result.messages.at(-1)).toEqual([
        "AI",
        "The first half of\n\n[This answer is not complete: it was cut off at the limit of 8192 tokens (STIGMER_LLM_MAX_TOKENS). Send another message to let the agent continue.]",
      ]);
    });
  });
}

describe("an answer of Anthropic", () => {
  beforeAll(async () => {
    world = await providerWorld(anthropic);
  });
  afterAll(endWorld);

  test("that is cut off several times in a row fails the execution and names the setting to change", async () => {
    const cut = cutTurn("max_tokens");
    const result = await world.run([cut, cut, cut, { text: "Not asked again." }]);
    expect(result.phase).toBe("FAILED");
    expect(result.error).toStartWith("The model's answer was cut off at the limit of 8192 tokens");
    expect(result.error).toContain("3 times in a row");
    expect(result.error).toContain("Raise STIGMER_LLM_MAX_TOKENS");
    expect(result.files).toEqual([]);
    expect(states(result.calls)).toEqual(Array(9).fill("FAILED"));
    expect(result.conversations).toHaveLength(3);
  });

  test("that was cut off does not break the conversation for the next message", async () => {
    const cut = cutTurn("max_tokens");
    const result = await world.run([cut, cut, cut, { text: "Here I am." }], ["Write", "Go on"]);
    expect([result.phase, result.error, result.messages.at(-1)]).toEqual(["COMPLETED", "", ["AI", "Here I am."]]);
  });

  for (const stop of ["pause_turn", "model_context_window_exceeded", "something_new"]) {
    test(`that ended with ${stop} has none of its calls executed`, async () => {
      const result = await world.run([cutTurn(stop), { text: "I stop." }]);
      expect([result.phase, result.messages.at(-1)]).toEqual(["COMPLETED", ["AI", "I stop."]]);
      expect(result.files).toEqual([]);
      expect(states(result.calls)).toEqual(Array(3).fill("FAILED"));
    });
  }

  test("that is a refusal fails the execution, shows its text and has no calls executed", async () => {
    const tools = [{ name: "execute", args: { command: "touch c.txt" } }];
    const result = await world.run([{ text: "I would begin with", tools, stop: "refusal" }]);
    expect(result.phase).toBe("FAILED");
    expect(result.error).toStartWith("The model refused to answer.");
    expect(result.messages).toContainEqual(["AI", "I would begin with"]);
    expect(states(result.calls)).toEqual(["FAILED"]);
    expect(result.files).toEqual([]);
  });
});

describe("an answer of OpenAI", () => {
  beforeAll(async () => {
    world = await providerWorld(openAiChat);
  });
  afterAll(endWorld);

  test("that the token limit cut off before any text fails the execution", async () => {
    const result = await world.run([{ text: "", stop: "length" }]);
    expect(result.phase).toBe("FAILED");
    expect(result.error).toBe(
      "The model gave no answer: its output was cut off at the limit of 8192 tokens (STIGMER_LLM_MAX_TOKENS). Raise STIGMER_LLM_MAX_TOKENS of the runner, or give the agent a smaller task.",
    );
  });

  test("that a content filter stopped fails the execution and shows its text", async () => {
    const result = await world.run([{ text: "Once upon a", stop: "content_filter" }]);
    expect(result.phase).toBe("FAILED");
    expect(result.error).toContain("content filter stopped the model's answer");
    expect(result.messages).toContainEqual(["AI", "Once upon a"]);
  });

  test("to a sub-agent has none of its calls executed if it was cut off", async () => {
    const result = await world.run([
      { text: "", tools: [TASK] },
      cutTurn("length"),
      { text: "I gave up." },
      { text: "It gave up." },
    ]);
    expect([result.phase, result.messages.at(-1)]).toEqual(["COMPLETED", ["AI", "It gave up."]]);
    expect(result.files).toEqual([]);
    expect(result.conversations[2]).toContain("None of its tool calls was executed");
    expect(result.calls[0]?.result).toBe("I gave up.");
    expect(states(result.calls)).toEqual(["COMPLETED", "FAILED", "FAILED", "FAILED"]);
  });

  test("that ends a sub-agent is reported to the agent as the reason", async () => {
    const cut = cutTurn("length");
    const result = await world.run([{ text: "", tools: [TASK] }, cut, cut, cut, { text: "It failed." }]);
    expect([result.phase, result.messages.at(-1)]).toEqual(["COMPLETED", ["AI", "It failed."]]);
    // The task, and the calls of the answers that the sub-agent's conversation keeps.
    expect(states(result.calls)).toEqual(Array(7).fill("FAILED"));
    expect(result.calls[0]?.error).toContain("Raise STIGMER_LLM_MAX_TOKENS");
    expect(result.files).toEqual([]);
  });

  test("to a sub-agent that is incomplete is passed on with a note", async () => {
    const result = await world.run([
      { text: "", tools: [TASK] },
      { text: "Half of it", stop: "length" },
      { text: "It was cut off." },
    ]);
    expect(result.calls[0]?.result).toStartWith("Half of it\n\n[This answer is not complete:");
  });
});
