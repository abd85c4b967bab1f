/** How another model takes over, in the middle of an execution or between two. */
import { describe, expect, test } from "bun:test";
import { strToU8, zipSync } from "fflate";
import { ApiResourceKind, MessageType, SkillCommandController } from "../../../src/stigmer/index.ts";
import { addedUsage } from "../added-usage.ts";
import type { ModelMode } from "../model-places.ts";
import { startOpenAiDouble } from "../openai-double.ts";
import { phaseOf } from "../stigmer-user.ts";
import { anthropicWorld, ask, ECHO, overloaded, refusal, TASK } from "./anthropic-world.ts";

export function fallbackSuite(mode: ModelMode): void {
  const world = anthropicWorld(mode);

  describe(`a fallback model in ${mode.name}`, () => {
    const FALLBACK = { STIGMER_LLM_FALLBACK_MODEL: "openai:gpt-4o", OPENAI_API_KEY: "sk-test" };

    test("takes over in the middle of a task, for sub-agents too, and the status names it", async () => {
      await using here = await world(
        { STIGMER_LLM_FALLBACK_MODEL: "ollama:qwen2.5-coder:7b", STATUS_STREAMING: "tokens" },
        [
          { text: "I look.", tools: [ECHO], usage: { input: 100, cached: 50, output: 20 } },
          refusal(404, "not_found_error", "model: claude-sonnet-4-5-20250929"),
        ],
      );
      here.place.ollama.converse((request) => {
        const isSubAgent = request.messages.some(({ role, content }) => role === "user" && content === "Count");
        if (isSubAgent) return { text: "Three." };
        return request.messages.at(-1)?.content === "Three." ? { text: "Done: three." } : { text: "", tools: [TASK] };
      });
      const result = await ask(here.user);
      expect([result.phase, result.error]).toEqual(["EXECUTION_COMPLETED", ""]);
      expect(result.answers).toEqual(["I look.", "Done: three."]);
      expect(result.notices).toEqual([
        expect.stringMatching(
          /^Ollama's model 'qwen2.5-coder:7b' takes over for the rest of this execution, because Anthropic's model 'claude-sonnet-4-5-20250929' is not available: Anthropic does not know the model/,
        ),
      ]);
      const second = "ollama:qwen2.5-coder:7b";
      expect(result.models).toEqual(["anthropic:claude-sonnet-4-5-20250929", second, second]);
      expect(result.total).toEqual({ model_calls: 4, input_tokens: 130, cached_input_tokens: 50, output_tokens: 50 });
      // It stays.
      expect(here.anthropic.requests).toHaveLength(2);
    });

    test("takes over from a provider that is overloaded for longer than the patience", async () => {
      await using here = await world({ STIGMER_LLM_FALLBACK_MODEL: "ollama:qwen2.5-coder:7b" }, [
        overloaded({ "retry-after": "60" }),
      ]);
      here.place.ollama.converse(() => ({ text: "Here I am." }));
      const result = await ask(here.user);
      expect([result.phase, result.answers, result.notices.length]).toEqual(["EXECUTION_COMPLETED", ["Here I am."], 1]);
    });

    test("takes over from OpenAI after its quota is exhausted", async () => {
      await using openai = startOpenAiDouble("sk-test", [
        { text: "I look.", tools: [ECHO] },
        refusal(429, "insufficient_quota", "You exceeded your current quota (insufficient_quota)"),
      ]);
      await using here = await world(
        {
          STIGMER_LLM_PROVIDER: "openai",
          STIGMER_LLM_MODEL: "gpt-4o",
          STIGMER_LLM_BASE_URL: openai.url,
          OPENAI_API_KEY: "sk-test",
          STIGMER_LLM_FALLBACK_MODEL: "ollama:qwen2.5-coder:7b",
        },
        [],
      );
      here.place.ollama.converse(() => ({ text: "Seen." }));
      const result = await ask(here.user);
      expect([result.phase, result.answers]).toEqual(["EXECUTION_COMPLETED", ["I look.", "Seen."]]);
      expect(JSON.stringify(here.place.ollama.requests.at(-1)?.messages)).toContain("hello");
    });

    test("with a smaller context gets the conversation as it fits", async () => {
      await using here = await world({ STIGMER_LLM_FALLBACK_MODEL: "ollama:qwen2.5-coder:7b" }, [
        { text: "Read." },
        { text: "Read, too." },
        refusal(404, "not_found_error", "model: claude-sonnet-4-5-20250929"),
      ]);
      here.place.ollama.converse(() => ({ text: "Here I am." }));
      const session = await here.user.session();
      const long = "one two three four five six seven eight ".repeat(1_500);
      for (const number of [1, 2]) await here.user.ask(session, `${number}: ${long}`);
      const last = await here.user.ask(session, "What did I say?");
      expect([phaseOf(last), last.status?.messages.at(-1)?.content]).toEqual(["EXECUTION_COMPLETED", "Here I am."]);
      const turns = here.place.ollama.requests.filter(({ messages }) =>
        messages.at(-1)?.content.startsWith("What did I say?"),
      );
      expect(turns).toHaveLength(1);
      const { other_usage: other } = last.status?.messages.at(-1)?.metadata ?? {};
      expect(other).toEqual({ model_calls: 1, input_tokens: 10, output_tokens: 10, cached_input_tokens: 0 });
      expect<unknown>(addedUsage(last)).toEqual(last.status?.messages.at(-1)?.metadata?.["total_usage"]);
      // A summary replaces what was left out.
      expect(here.place.ollama.requests.length).toBeGreaterThan(1);
      // The context has room for 18,432 tokens of four characters, besides the answer; some are left for the summary's task.
      for (const { messages } of here.place.ollama.requests)
        expect(JSON.stringify(messages).length).toBeLessThan(20_000 * 4);
    });

    test("with a smaller context gets shorter skills, and the places of results that do not fit", async () => {
      await using here = await world(
        { STIGMER_LLM_FALLBACK_MODEL: "ollama:qwen2.5-coder:7b", STIGMER_LLM_MAX_TOKENS: "8192" },
        [
          {
            text: "I look.",
            tools: [1, 2, 3].map((number) => ({
              name: "execute",
              args: { command: `seq -f 'line %.0f of ${number}, with some more words' 4000` },
            })),
          },
          refusal(404, "not_found_error", "model: claude-sonnet-4-5-20250929"),
        ],
      );
      const paths: string[] = [];
      const lengths: number[] = [];
      const prompts: string[] = [];
      here.place.ollama.converse(({ messages }, turn) => {
        const results = messages.filter(({ role }) => role === "tool").map(({ content }) => content);
        paths.push(...results.flatMap((text) => /All of it is in (\S+):/.exec(text)?.[1] ?? []));
        prompts.push(messages[0]?.content ?? "");
        lengths.push(...results.map(({ length }) => length));
        if (turn > 1) return { text: "Seen." };
        return { text: "", tools: [{ name: "execute", args: { command: `tail -qn 3 ${paths.join(" ")}` } }] };
      });
      const name = `Long ${crypto.randomUUID().slice(0, 8)}`;
      const zip = zipSync({ "SKILL.md": strToU8("Do it in this way, and in no other.\n".repeat(2_000)) }, { level: 0 });
      const skill = await here.user.client.call(SkillCommandController.method.push, {
        ...{ name, org: "acme", artifact: zip },
      });
      const reference = { kind: ApiResourceKind.skill, org: "acme", slug: skill.metadata?.slug ?? "" };
      const session = await here.user.session({ skillRefs: [reference] });
      const { status } = await here.user.ask(session, "Go");
      expect([status?.error, status?.messages.at(-1)?.content]).toEqual(["", "Seen."]);
      // The first model had room for all of the skill.
      expect(JSON.stringify(here.anthropic.requests[0])).not.toContain("are left out here");
      expect(prompts[0]).toContain("of the 72000 bytes of this SKILL.md are left out here");
      expect(prompts[0]?.length).toBeLessThan(15_000);
      const notices = status?.messages.filter(({ type }) => type === MessageType.MESSAGE_SYSTEM) ?? [];
      expect(notices.map(({ content }) => content)).toEqual([
        expect.stringContaining("takes over"),
        expect.stringContaining(`The SKILL.md of ${name} does not fit`),
      ]);
      expect(new Set(paths).size).toBe(3);
      // They share what the shorter prompt leaves.
      expect(Math.max(...lengths)).toBeGreaterThan(4_000);
      const last = status?.toolCalls.at(-1);
      for (const number of [1, 2, 3]) expect(last?.result).toContain(`line 4000 of ${number}, with some more words`);
    });

    test("takes over from one that breaks off every answer, and only its text remains", async () => {
      await using here = await world(
        { STIGMER_LLM_FALLBACK_MODEL: "ollama:qwen2.5-coder:7b", STATUS_STREAMING: "tokens" },
        Array.from({ length: 4 }, () => ({ text: "I begin to", tools: [ECHO], breaks: "reset" as const })),
      );
      here.place.ollama.converse(() => ({ text: "Here I am." }));
      const result = await ask(here.user);
      expect([result.phase, result.answers]).toEqual(["EXECUTION_COMPLETED", ["Here I am."]]);
      expect(here.anthropic.requests).toHaveLength(4);
      expect(result.notices.at(-1)).toContain("takes over for the rest of this execution");
    });

    test("does not take over if the request is wrong or the key is refused", async () => {
      for (const turn of [
        refusal(400, "invalid_request_error", "max_tokens is too large"),
        refusal(401, "authentication_error", "invalid x-api-key"),
      ]) {
        await using here = await world(FALLBACK, [turn]);
        const result = await ask(here.user);
        expect([result.phase, result.notices]).toEqual(["EXECUTION_FAILED", []]);
      }
    });
  });

  describe(`a session whose model changes in ${mode.name}`, () => {
    test("continues with one that does not see images, and with the first one again", async () => {
      const png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
      await using here = await world({}, [
        { text: "I look.", tools: [{ name: "execute", args: { command: `echo ${png} | base64 -d > pixel.png` } }] },
        { text: "", tools: [{ name: "read_file", args: { file_path: "pixel.png" } }] },
        { text: "A pixel." },
        { text: "Still one." },
      ]);
      here.place.ollama.converse(() => ({ text: "I cannot see it." }));
      const session = await here.user.session();
      const answers: unknown[] = [];
      for (const modelName of ["", "ollama:qwen2.5-coder:7b", ""]) {
        const { status } = await here.user.ask(session, "What is it?", { executionConfig: { modelName } });
        answers.push(status?.error || status?.messages.at(-1)?.content);
      }
      expect(answers).toEqual(["A pixel.", "I cannot see it.", "Still one."]);
      const sent = (request: unknown) => JSON.stringify(request);
      expect(sent(here.anthropic.requests[2])).toContain(png);
      expect(sent(here.place.ollama.requests.at(-1))).toContain("[image/png, not shown]");
      expect(sent(here.anthropic.requests.at(-1))).toContain(png);
      expect(sent(here.anthropic.requests.at(-1))).toContain("I cannot see it.");
    });
  });
}
