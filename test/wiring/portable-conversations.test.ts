/** A conversation with one provider is accepted by another, when a fallback model takes over. */
import { describe, expect, test } from "bun:test";
import { AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { BaseUrl } from "../../src/agent/model/base-url.ts";
import { createChatModel } from "../../src/agent/model/chat-model.ts";
import { portable } from "../../src/agent/turns/portable.ts";
import type { ModelConfig, Provider } from "../../src/config/index.ts";
import { createLogger } from "../../src/log/index.ts";
import { SecretMask } from "../../src/shared/secret-mask.ts";
import { startAnthropicDouble } from "../support/anthropic-double.ts";
import { startOpenAiDouble } from "../support/openai-double.ts";

const log = createLogger({ level: "error", format: "text", mask: new SecretMask(), write: () => undefined });
const echo = tool(() => "hello", {
  name: "execute",
  description: "Runs it",
  schema: { type: "object", properties: {} },
});

/** Answers with what only their own provider understands. */
const conversation = [
  new HumanMessage("Look"),
  new AIMessage({
    content: [
      { type: "thinking", thinking: "Hm.", signature: "c2lnbmVk" },
      { type: "text", text: "I look." },
      { type: "tool_use", id: "toolu_1", name: "execute", input: {} },
    ],
    tool_calls: [{ id: "toolu_1", name: "execute", args: {} }],
    response_metadata: { model_provider: "anthropic" },
  }),
  new ToolMessage({ content: [{ type: "text", text: "hello" }], tool_call_id: "toolu_1", name: "execute" }),
  new AIMessage({
    content: [{ type: "text", text: "Again.", annotations: [] }],
    tool_calls: [{ id: "call_2", name: "execute", args: {} }],
    additional_kwargs: {
      __openai_function_call_ids__: { call_2: "fc_2" },
      reasoning: { id: "rs_1", type: "reasoning" },
    },
    response_metadata: { model_provider: "openai", id: "resp_1", output: [{ type: "reasoning", id: "rs_1" }] },
  }),
  new ToolMessage({ content: "hello", tool_call_id: "call_2", name: "execute" }),
];

async function answer(provider: Provider, model: string, baseUrl: string): Promise<string> {
  const config: ModelConfig = {
    ...{ provider, name: model, baseUrl, apiKey: "key", defaultProvider: provider },
    maxTokens: 1_000,
    temperature: 0,
  };
  const client = await createChatModel(config, { provider, model }, new BaseUrl(config, log));
  const bound = client.bindTools?.([echo]) ?? client;
  let text = "";
  for await (const chunk of await bound.stream(portable(conversation, { isOwn: () => false, textOnly: false })))
    text += chunk.text;
  return text;
}

describe("a conversation with answers of other providers is accepted by", () => {
  test("Anthropic", async () => {
    await using double = startAnthropicDouble("key", [{ text: "Seen." }]);
    expect(await answer("anthropic", "claude-opus-4-20250514", double.url)).toBe("Seen.");
    const sent = JSON.stringify(double.requests[0]?.messages);
    expect([sent.includes("I look."), sent.includes("thinking"), sent.includes("reasoning")]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test.each(["gpt-4o", "gpt-5-codex"])("OpenAI: %s", async (model) => {
    await using double = startOpenAiDouble("key", [{ text: "Seen." }]);
    expect(await answer("openai", model, double.url)).toBe("Seen.");
    const sent = JSON.stringify([double.requests, double.responses]);
    expect([sent.includes("I look."), sent.includes("tool_use"), sent.includes("rs_1")]).toEqual([true, false, false]);
  });
});

test("a model that only receives text gets the text of results", () => {
  const [, , result] = portable(conversation, { isOwn: () => false, textOnly: true });
  expect([result?.content, (result as ToolMessage).tool_call_id]).toEqual(["hello", "toolu_1"]);
});
