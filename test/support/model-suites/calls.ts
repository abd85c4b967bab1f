/** How calls of models are repeated, and how another model takes over. */
import { afterAll, describe, expect, test } from "bun:test";
import { strToU8, zipSync } from "fflate";
import { ApiResourceKind, MessageType, SkillCommandController } from "../../../src/stigmer/index.ts";
import { addedUsage } from "../added-usage.ts";
import { startAnthropicDouble } from "../anthropic-double.ts";
import type { ModelMode } from "../model-places.ts";
import type { HttpTurn, ModelTurn } from "../model-turn.ts";
import { startOpenAiDouble } from "../openai-double.ts";
import { phaseOf, type StigmerUser } from "../stigmer-user.ts";

const refusal = (status: number, type: string, message: string, headers: Record<string, string> = {}): HttpTurn => ({
  http: {
    status,
    body: JSON.stringify({ type: "error", error: { type, message } }),
    headers: { "content-type": "application/json", ...headers },
  },
});
const overloaded = (headers?: Record<string, string>) => refusal(529, "overloaded_error", "Overloaded", headers);
const TASK = { name: "task", args: { description: "Count", subagent_type: "general-purpose" } };
const ECHO = { name: "execute", args: { command: "echo hello" } };

async function ask(user: StigmerUser, message = "Go") {
  const execution = await user.ask(await user.session(), message);
  const messages = execution.status?.messages ?? [];
  return {
    phase: phaseOf(execution),
    error: execution.status?.error ?? "",
    notices: messages.filter(({ type }) => type === MessageType.MESSAGE_SYSTEM).map(({ content }) => content),
    answers: messages.filter(({ type }) => type === MessageType.MESSAGE_AI).map(({ content }) => content),
    models: messages.flatMap(({ metadata }) => (metadata?.["model"] === undefined ? [] : [metadata["model"]])),
    total: messages.at(-1)?.metadata?.["total_usage"],
  };
}

export function callSuite(mode: ModelMode): void {
  afterAll(() => mode.close());

  /** A runner with Anthropic as its provider, and OpenAI as a second one. */
  async function world(env: Record<string, string> = {}, turns: readonly ModelTurn[] = []) {
    const open = new AsyncDisposableStack();
    const anthropic = open.use(startAnthropicDouble("sk-ant-test", turns));
    const place = open.use(
      await mode.open({
        STIGMER_LLM_PROVIDER: "anthropic",
        STIGMER_LLM_BASE_URL: anthropic.url,
        ANTHROPIC_API_KEY: "sk-ant-test",
        ...env,
      }),
    );
    return { anthropic, place, user: place.user, [Symbol.asyncDispose]: () => open.disposeAsync() };
  }

  describe(`a call of a model in ${mode.name}`, () => {
    test("is repeated when a busy provider says, and the user is told after 10 s", async () => {
      await using here = await world({}, [overloaded({ "retry-after": "11" }), { text: "Here I am." }]);
      const begun = Date.now();
      const seen = await here.user.follow(await here.user.begin(await here.user.session(), "Go"));
      expect(Date.now() - begun).toBeGreaterThanOrEqual(11_000);
      const texts = seen.map(({ status }) => status?.messages.map(({ content }) => content) ?? []);
      expect(texts.at(-1)).toEqual([
        "Go",
        expect.stringMatching(
          /^Anthropic's model 'claude-sonnet-4-5-20250929' is overloaded \(529\)\. The runner tries again at \d\d:\d\d:\d\d UTC, and waits until \d\d:\d\d:\d\d UTC at the latest\.$/,
        ),
        "Here I am.",
      ]);
      // While it waits.
      expect(texts.some((messages) => messages.length === 2 && messages[1]?.includes("is overloaded"))).toBe(true);
    });

    test("fails at once if the provider asks for more time than the execution has", async () => {
      await using here = await world({}, [refusal(429, "rate_limit_error", "Slow down", { "retry-after": "86400" })]);
      const { phase, error } = await ask(here.user);
      expect([phase, here.anthropic.requests.length]).toEqual(["EXECUTION_FAILED", 1]);
      expect(error).toMatch(
        /^Anthropic limits the rate of this API key \(429\): try again later.*The next attempt would be in 2\d h \d+ min, and this execution has 9 min \d+ s left\.$/,
      );
    });

    test.each([
      [refusal(404, "not_found_error", "model: claude-x"), "Anthropic does not know the model"],
      [refusal(400, "invalid_request_error", "Your credit balance is too low"), "has no quota or credit left (400)"],
      [refusal(400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum"), "is longer than the context"],
      [refusal(400, "invalid_request_error", "Output blocked by content filtering policy"), "refuses the content"],
      [refusal(401, "authentication_error", "invalid x-api-key"), "refuses the API key"],
    ])("is not repeated if that would not help: %j", async (turn, text) => {
      await using here = await world({}, [turn, turn, turn, turn]);
      const { phase, error } = await ask(here.user);
      expect([phase, error]).toEqual(["EXECUTION_FAILED", expect.stringContaining(text)]);
    });
  });

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

  describe(`the prompt cache of Anthropic in ${mode.name}`, () => {
    test("is used in a long conversation with tools, with at most 4 breakpoints and a stable beginning", async () => {
      const calls = Array.from({ length: 12 }, (_, index) => ({
        text: `Step ${index}.`,
        tools: [{ name: "execute", args: { command: `echo ${index}` } }],
      }));
      await using here = await world({}, [...calls, { text: "Done." }]);
      const result = await ask(here.user);
      expect(result.phase).toBe("EXECUTION_COMPLETED");
      const { requests } = here.anthropic;
      expect(requests).toHaveLength(13);
      const stable = (request: object) =>
        JSON.stringify([Reflect.get(request, "system"), Reflect.get(request, "tools")]);
      expect(new Set(requests.map(stable)).size).toBe(1);
      for (const [index, request] of requests.entries()) {
        const breakpoints = JSON.stringify(request).match(/"cache_control":\{"type":"ephemeral"/g)?.length ?? 0;
        expect([breakpoints > 0, breakpoints <= 4]).toEqual([true, true]);
        // The last block of the conversation, and the end of the system prompt.
        expect(Reflect.get(request, "cache_control")).toMatchObject({ type: "ephemeral" });
        expect(JSON.stringify(Reflect.get(request, "system"))).toContain('"cache_control"');
        const before = requests[index - 1];
        if (before !== undefined)
          expect(JSON.stringify(request.messages)).toStartWith(JSON.stringify(before.messages).slice(0, -1));
      }
    });
  });
}
