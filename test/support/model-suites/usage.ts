/** What an execution says about the tokens that it used is what the provider said. */
import { afterAll, describe, expect, test } from "bun:test";
import { until } from "../eventually.ts";
import type { ModelMode } from "../model-places.ts";
import type { AnswerTurn } from "../model-turn.ts";
import { anthropic, ollama, openAiChat, openAiResponses, type Provider } from "../providers.ts";
import { phaseOf } from "../stigmer-user.ts";

const turns: readonly AnswerTurn[] = [
  {
    text: "I look.",
    tools: [{ name: "execute", args: { command: "echo one" } }],
    usage: { input: 1_200, cached: 0, output: 30 },
  },
  // A turn without text has no message.
  {
    text: "",
    tools: [{ name: "execute", args: { command: "echo two" } }],
    usage: { input: 1_300, cached: 1_200, output: 7 },
  },
  { text: "One and two.", usage: { input: 1_400, cached: 1_000, output: 11 } },
];

/** Ollama says nothing of its cache. Anthropic counts the output of a stream cumulatively. */
const CASES: readonly (readonly [name: string, provider: Provider, model: string, caches: boolean])[] = [
  [anthropic.name, anthropic, "anthropic:claude-sonnet-4-5-20250929", true],
  [openAiChat.name, openAiChat, "openai:gpt-4o", true],
  [openAiResponses.name, openAiResponses, "openai:gpt-5-codex", true],
  [ollama.name, ollama, "ollama:qwen2.5-coder:7b", false],
];

const expected = (model: string, cached: boolean) => ({
  first: { model, input_tokens: 1_200, cached_input_tokens: 0, output_tokens: 30 },
  last: {
    model,
    input_tokens: 1_400,
    cached_input_tokens: cached ? 1_000 : 0,
    output_tokens: 11,
    total_usage: {
      model_calls: 3,
      input_tokens: 3_900,
      cached_input_tokens: cached ? 2_200 : 0,
      output_tokens: 48,
    },
  },
});

export function usageSuite(mode: ModelMode): void {
  afterAll(() => mode.close());

  describe(`the usage of an execution in ${mode.name}`, () => {
    test.each(CASES)("is what the provider counts: %s", async (_, provider, model, caches) => {
      await using double = provider.start();
      await using place = await mode.open({ ...double.env });
      double.say(turns, place);
      const execution = await place.user.ask(await place.user.session(), "Look");
      expect([phaseOf(execution), execution.status?.error]).toEqual(["EXECUTION_COMPLETED", ""]);
      const answers = (execution.status?.messages ?? []).filter(({ metadata }) => metadata !== undefined);
      expect(answers.map(({ content }) => content)).toEqual(["I look.", "One and two."]);
      const [first, last] = answers.map(({ metadata }) => metadata);
      expect<unknown>({ first, last }).toEqual(expected(model, caches));
      const cached = caches ? " (2,200 cached)" : "";
      const line = `: 3 model calls, 3,900 input tokens${cached}, 48 output tokens`;
      await until("the log says it", () =>
        place
          .log()
          .split("\n")
          .some((text) => text.includes("Execution completed after") && text.includes(line)),
      );
    });
  });
}
