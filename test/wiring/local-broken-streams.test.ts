import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ModelTurn } from "../support/model-turn.ts";
import { type ProviderWorld, providerWorld } from "../support/provider-world.ts";
import { ollama, openAiChat, providers } from "../support/providers.ts";

/** What belongs into the log, and not before a user. */
const LIBRARY_TEXT =
  /Did not receive done|Invalid response from|MIDDLEWARE_|Troubleshooting URL|docs\.langchain|\$bunfs|node_modules|\n\s+at |wrapModelCall|<html|Received empty response|socket connection|malformed server-sent/i;
const half = { text: "The first half", tools: [{ name: "execute", args: { command: "touch half.txt" } }] };
const json = { "content-type": "application/json" };
const page = (status: number): ModelTurn => ({
  http: {
    status,
    body: `<html><head><title>${status} from nginx</title></head><body><hr></body></html>`,
    headers: { "content-type": "text/html", "retry-after": "0" },
  },
});
const always = (turn: ModelTurn): ModelTurn[] => Array(10).fill(turn);
const TASK = { name: "task", args: { description: "Try", subagent_type: "general-purpose" } };

let world: ProviderWorld;
const endWorld = () => world[Symbol.asyncDispose]();

for (const provider of providers) {
  describe(`with ${provider.name}`, () => {
    beforeAll(async () => {
      world = await providerWorld(provider, { STATUS_STREAMING: "tokens" });
    });
    afterAll(endWorld);

    test("an answer that breaks off is requested again, and nothing of it is executed or kept", async () => {
      const result = await world.run([
        { ...half, breaks: "reset" },
        { ...half, stop: null },
        { ...half, breaks: { type: "overloaded_error", message: "Overloaded" } },
        { text: "A whole answer." },
      ]);
      expect([result.phase, result.error]).toEqual(["COMPLETED", ""]);
      expect(result.messages.map(([, text]) => text)).toEqual(["Write", "A whole answer."]);
      expect(result.calls).toEqual([]);
      expect(result.files).toEqual([]);
      expect(new Set(result.conversations).size).toBe(1);
      expect(result.conversations).toHaveLength(4);
      // While it grows: one message at a time, and never one text behind another.
      for (const [, ...texts] of result.shown) {
        expect(texts.length).toBeLessThanOrEqual(1);
        expect(["The first half", "A whole answer."].some((text) => text.startsWith(texts[0] ?? ""))).toBe(true);
      }
      expect(result.log).toContain("failed and is repeated in");
    });

    test("an execution fails with a clear message if every answer breaks off", async () => {
      const result = await world.run(always({ ...half, breaks: "reset" }));
      expect(result.phase).toBe("FAILED");
      expect(result.error).toStartWith("The model's answer broke off before its end. Send the message again;");
      expect(result.conversations).toHaveLength(4);
      expect(result.files).toEqual([]);
      expect(JSON.stringify(result.messages)).not.toMatch(LIBRARY_TEXT);
    });

    test("a call is retried after a transient HTTP error", async () => {
      const busy: ModelTurn = {
        http: { status: 429, body: '{"error":"busy"}', headers: { ...json, "retry-after": "0" } },
      };
      const result = await world.run([busy, page(502), page(503), { text: "Here I am." }]);
      expect([result.phase, result.error, result.messages.at(-1)]).toEqual(["COMPLETED", "", ["AI", "Here I am."]]);
      expect(result.conversations).toHaveLength(4);
    });

    test("a call is retried after an invalid response", async () => {
      const result = await world.run([
        page(200),
        { http: { status: 200, body: "", headers: json } },
        { http: { status: 200, body: 'data: {"never', headers: { "content-type": "text/event-stream" } } },
        { text: "Here I am." },
      ]);
      expect([result.phase, result.error, result.messages.at(-1)]).toEqual(["COMPLETED", "", ["AI", "Here I am."]]);
      expect(result.conversations).toHaveLength(4);
    });

    test("an execution fails with a clear message if every response is an error page", async () => {
      const result = await world.run(always(page(502)));
      expect(result.phase).toBe("FAILED");
      expect(result.error).toMatch(/^(Anthropic|OpenAI|Ollama) answered 502 for the model '[^']+': .*502 from nginx/);
      expect(result.conversations).toHaveLength(4);
      expect(JSON.stringify(result.messages) + result.error).not.toMatch(LIBRARY_TEXT);
    });

    test("a request that is refused is not retried", async () => {
      const body = '{"error":{"message":"max_tokens is too large"},"message":"max_tokens is too large"}';
      const result = await world.run([{ http: { status: 400, body, headers: json } }, { text: "Not asked." }]);
      expect([result.phase, result.conversations.length]).toEqual(["FAILED", 1]);
      expect(result.error).toContain("answered 400");
      expect(result.error).not.toMatch(LIBRARY_TEXT);
    });

    if (provider === ollama) {
      test("an error within an answer is not reported as an unreachable Ollama", async () => {
        const breaks = { type: "error", message: "llama runner process has terminated" };
        const result = await world.run(always({ text: "I", breaks }));
        expect(result.phase).toBe("FAILED");
        expect(result.error).toStartWith("Ollama ended its answer with an error: llama runner process has terminated.");
        expect(result.conversations).toHaveLength(4);
      });
    } else {
      // Ollama's have no type.
      test("a permanent error within an answer is reported without a retry", async () => {
        const breaks = { type: "invalid_request_error", message: "prompt is wrong" };
        const result = await world.run([{ text: "I", breaks }, { text: "Not asked." }]);
        expect([result.phase, result.conversations.length]).toEqual(["FAILED", 1]);
        expect(result.error).toContain("ended its answer with an error: invalid_request_error: prompt is wrong");
      });
    }
  });
}

describe("with OpenAI", () => {
  beforeAll(async () => {
    world = await providerWorld(openAiChat);
  });
  afterAll(endWorld);

  test("a call is not retried after an exhausted quota, or if the wait is too long", async () => {
    const refusals: readonly (readonly [ModelTurn, string])[] = [
      [
        { http: { status: 429, body: '{"error":{"message":"insufficient_quota"}}', headers: json } },
        "The account of this API key at OpenAI has no quota or credit left (429)",
      ],
      [
        { http: { status: 429, body: '{"error":{"message":"later"}}', headers: { ...json, "retry-after": "86400" } } },
        "OpenAI limits the rate of this API key (429)",
      ],
    ];
    for (const [refusal, text] of refusals) {
      const result = await world.run([refusal, { text: "Not asked." }]);
      expect([result.phase, result.conversations.length]).toEqual(["FAILED", 1]);
      expect(result.error).toStartWith(text);
      expect(result.error).not.toMatch(LIBRARY_TEXT);
    }
  });

  test("an execution fails with a clear message if the conversation is too long for the model", async () => {
    const message = "This model's maximum context length is 8192 tokens";
    const body = JSON.stringify({ error: { message, code: "context_length_exceeded" } });
    const result = await world.run(always({ http: { status: 400, body, headers: json } }));
    expect(result.phase).toBe("FAILED");
    expect(result.error).toStartWith(
      "The conversation is longer than the context of OpenAI's model 'gpt-4o': 400 This model's maximum context length is 8192 tokens",
    );
    expect(result.error).not.toMatch(LIBRARY_TEXT);
  });

  test("the agent gets a clear message if the model of a sub-agent fails, without internals of the program", async () => {
    const result = await world.run([
      { text: "", tools: [TASK] },
      { http: { status: 400, body: '{"error":{"message":"bad tool_calls"}}', headers: json } },
      { text: "It failed." },
    ]);
    expect([result.phase, result.messages.at(-1)]).toEqual(["COMPLETED", ["AI", "It failed."]]);
    expect(result.calls[0]?.error).toContain("OpenAI answered 400 for the model 'gpt-4o': 400 bad tool_calls");
    expect(result.calls[0]?.error).not.toMatch(LIBRARY_TEXT);
  });
});
