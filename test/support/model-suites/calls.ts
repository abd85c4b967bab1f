/** How calls of models are repeated and cached, and how another model takes over. */
import { afterAll, describe, expect, test } from "bun:test";
import type { ModelMode } from "../model-places.ts";
import { anthropicWorld, ask, overloaded, refusal } from "./anthropic-world.ts";
import { fallbackSuite } from "./fallback.ts";

export function callSuite(mode: ModelMode): void {
  afterAll(() => mode.close());
  const world = anthropicWorld(mode);

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
        /^Anthropic limits the rate of this API key \(429\): .*Slow down.*\. The next attempt would be in 2\d h \d+ min, and this execution has 9 min \d+ s left\. Try again later/,
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

  fallbackSuite(mode);

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
