import { describe, expect, test } from "bun:test";
import type { ModelConfig } from "../../config/index.ts";
import { silentLogger } from "../../log/index.ts";
import { BaseUrl, ollamaUrl } from "./base-url.ts";
import { createChatModel } from "./chat-model.ts";
import type { ModelChoice } from "./model-choice.ts";

const base: ModelConfig = { defaultProvider: "ollama", maxTokens: 100, temperature: 0 };

const create = (config: ModelConfig, choice: ModelChoice) =>
  createChatModel(config, choice, new BaseUrl(config, silentLogger));

/** Where a client sends its requests, by the name the client keeps it under. */
async function urlOf(provider: "anthropic" | "openai", baseUrl: string): Promise<unknown> {
  const model = await create({ ...base, provider, apiKey: "key", baseUrl }, { provider, model: "m" });
  return provider === "anthropic"
    ? Reflect.get(model, "apiUrl")
    : Reflect.get(Reflect.get(model, "clientConfig") as object, "baseURL");
}

describe("a chat model", () => {
  test("uses STIGMER_LLM_BASE_URL for its provider, unless it is the address of Ollama that launchers set for all providers", async () => {
    expect(await urlOf("anthropic", "https://proxy.example/anthropic")).toBe("https://proxy.example/anthropic");
    expect(await urlOf("anthropic", "http://localhost:11434")).not.toBe("http://localhost:11434");
    expect(await urlOf("openai", "http://localhost:11434")).toBeUndefined();
    // Ollama's OpenAI-compatible endpoint can only be meant so.
    expect(await urlOf("openai", "http://localhost:11434/v1")).toBe("http://localhost:11434/v1");
  });

  test("does not use an Ollama server for another provider, whatever its port and host", async () => {
    const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("Ollama is running") });
    const url = `http://127.0.0.1:${server.port}`;
    expect([await urlOf("anthropic", url), await urlOf("openai", url)]).not.toContain(url);
    expect(await urlOf("openai", `${url}/v1`)).toBe(`${url}/v1`);
    await server.stop(true);
  });

  test("finds Ollama at OLLAMA_BASE_URL, or else at STIGMER_LLM_BASE_URL if Ollama is the provider", () => {
    expect(ollamaUrl({ ...base, ollamaBaseUrl: "http://a:1", baseUrl: "http://b:2" })).toBe("http://a:1");
    expect(ollamaUrl({ ...base, baseUrl: "http://b:2" })).toBe("http://b:2");
    expect(ollamaUrl({ ...base, provider: "anthropic", baseUrl: "https://b" })).toBe("http://localhost:11434");
  });

  test("has no temperature if OpenAI refuses one for it", async () => {
    const temperatureOf = async (model: string) =>
      Reflect.get(
        await create({ ...base, apiKey: "key", provider: "openai" }, { provider: "openai", model }),
        "temperature",
      );
    const [set, refused] = [
      ["gpt-4o", "gpt-4.1", "gpt-5-chat-latest", "my-model"],
      ["o3", "gpt-5", "gpt-5.1-mini", "gpt-10"],
    ];
    expect(await Promise.all(set.map(temperatureOf))).toEqual(set.map(() => 0));
    expect(await Promise.all(refused.map(temperatureOf))).toEqual(refused.map(() => undefined));
  });

  test("fails without a key of its provider, names the variable, and does not use another provider's key", async () => {
    const config: ModelConfig = { ...base, provider: "openai", apiKey: "openai-key" };
    await expect(create(config, { provider: "anthropic", model: "claude-x" })).rejects.toMatchObject({
      message: "The model 'claude-x' needs an API key of Anthropic, and the runner has none.",
      remedies: [expect.stringContaining("Set ANTHROPIC_API_KEY")],
    });
    await expect(create({ ...base, provider: "scripted" }, { provider: "scripted", model: "s" })).rejects.toMatchObject(
      { remedies: [expect.stringContaining("STIGMER_LLM_SCRIPT")] },
    );
  });
});
