/** What an execution says about the tokens that it used is what the provider said. */
import { afterAll, describe, expect, test } from "bun:test";
import { addedUsage } from "../added-usage.ts";
import { until } from "../eventually.ts";
import type { ModelMode, ModelPlace } from "../model-places.ts";
import type { AnswerTurn } from "../model-turn.ts";
import { anthropic, ollama, openAiChat, openAiResponses, type Provider } from "../providers.ts";
import { phaseOf } from "../stigmer-user.ts";

const turns: readonly AnswerTurn[] = [
  {
    text: "I look.",
    tools: [{ name: "execute", args: { command: "echo one" } }],
    usage: { input: 1_200, cached: 0, output: 30 },
  },
  // A turn without text has no message of its own.
  {
    text: "",
    tools: [
      { name: "task", args: { description: "Count", subagent_type: "general-purpose" } },
      { name: "execute", args: { command: "echo two" } },
    ],
    usage: { input: 1_300, cached: 1_200, output: 7 },
  },
  // The sub-agent's.
  {
    text: "I count.",
    tools: [{ name: "execute", args: { command: "echo three" } }],
    usage: { input: 500, cached: 0, output: 3 },
  },
  { text: "Three.", usage: { input: 600, cached: 400, output: 2 } },
  { text: "One and two.", usage: { input: 1_400, cached: 1_000, output: 11 } },
];

type Env = Readonly<Record<string, string>>;

const claude = "anthropic:claude-sonnet-4-5-20250929";
/** Ollama says nothing of its cache. Anthropic counts the output of a stream cumulatively. */
const CASES: readonly (readonly [name: string, provider: Provider, model: string, caches: boolean, env?: Env])[] = [
  [anthropic.name, anthropic, claude, true],
  ["also if messages are sent while they grow", anthropic, claude, true, { STATUS_STREAMING: "tokens" }],
  [openAiChat.name, openAiChat, "openai:gpt-4o", true],
  [openAiResponses.name, openAiResponses, "openai:gpt-5-codex", true],
  [ollama.name, ollama, "ollama:qwen2.5-coder:7b", false],
];

const used = (input_tokens: number, cached_input_tokens: number, output_tokens: number) => ({
  input_tokens,
  cached_input_tokens,
  output_tokens,
});

export function usageSuite(mode: ModelMode): void {
  afterAll(() => mode.close());

  describe(`the usage of an execution in ${mode.name}`, () => {
    test.each(CASES)("is what the provider counts: %s", async (_, provider, model, caches, env = {}) => {
      await using double = provider.start();
      await using place = await mode.open({ ...double.env, ...env });
      double.say(turns, place);
      const execution = await place.user.ask(await place.user.session(), "Look");
      expect([phaseOf(execution), execution.status?.error]).toEqual(["EXECUTION_COMPLETED", ""]);
      const { messages = [], subAgentExecutions = [] } = execution.status ?? {};
      const answers = messages.filter(({ metadata }) => metadata !== undefined);
      expect(answers.map(({ content, metadata }) => [content, metadata])).toEqual([
        ["I look.", { model, ...used(1_200, 0, 30) }],
        [expect.stringContaining("task"), { model, ...used(1_300, caches ? 1_200 : 0, 7) }],
        [
          "One and two.",
          {
            model,
            ...used(1_400, caches ? 1_000 : 0, 11),
            total_usage: { model_calls: 5, ...used(5_000, caches ? 2_600 : 0, 53) },
          },
        ],
      ]);
      expect(subAgentExecutions.map(({ metadata }) => metadata)).toEqual([
        { model_calls: 2, ...used(1_100, caches ? 400 : 0, 5), toolCalls: 1, failedToolCalls: 0 },
      ]);
      expect(addedUsage(execution)).toEqual({ model_calls: 5, ...used(5_000, caches ? 2_600 : 0, 53) });
      const cached = caches ? " (2,600 cached)" : "";
      const line = `: 5 model calls, 5,000 input tokens${cached}, 53 output tokens`;
      await logged(place, line);
    });

    test.each([
      ["Ollama", ollama],
      ["an OpenAI-compatible server", openAiChat],
    ])("leaves out tokens that are not reported: %s", async (_, provider) => {
      await using double = provider.start();
      await using place = await mode.open({ ...double.env });
      const call = { name: "execute", args: { command: "echo one" } };
      const session = await place.user.session();
      const total = async (second: AnswerTurn["usage"]) => {
        double.say(
          [
            { text: "", tools: [call], usage: null },
            { text: "One.", usage: second ?? null },
          ],
          place,
        );
        const { status } = await place.user.ask(session, "Look");
        return status?.messages.map(({ metadata }) => metadata).at(-1)?.["total_usage"];
      };
      expect(await total(null)).toEqual({ model_calls: 2, unreported_calls: 2, ...used(0, 0, 0) });
      await logged(place, ": 2 model calls, tokens not reported");
      expect(await total({ input: 1_200, cached: 0, output: 30 })).toEqual({
        ...{ model_calls: 2, unreported_calls: 1 },
        ...used(1_200, 0, 30),
      });
      await logged(place, ": 2 model calls (1 without reported tokens), 1,200 input tokens, 30 output tokens");
    });
  });
}

/** Waits for the end of an execution that is logged with this usage. */
async function logged(place: ModelPlace, usage: string): Promise<void> {
  await until(`the log says "${usage}"`, () =>
    place
      .log()
      .split("\n")
      .some((line) => line.includes("Execution completed after") && line.includes(`${usage} [`)),
  );
}
