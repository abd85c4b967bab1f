import { describe, expect, test } from "bun:test";
import type { ModelConfig } from "../../config/index.ts";
import { chooseModel, defaultProvider, isTextOnly } from "./model-choice.ts";

const local: ModelConfig = { defaultProvider: "ollama", maxTokens: 8192, temperature: 0 };
const cloud: ModelConfig = { defaultProvider: "anthropic", maxTokens: 20_000, temperature: 0 };

describe("the default model", () => {
  test("is that of the mode's default provider if nothing is configured", () => {
    expect(chooseModel(local)).toEqual({ provider: "ollama", model: "qwen2.5-coder:7b" });
    expect(chooseModel(cloud)).toEqual({ provider: "anthropic", model: "claude-sonnet-4-5-20250929" });
  });

  test("is the provider's own default if only the provider is configured", () => {
    expect(chooseModel({ ...local, provider: "openai" })).toEqual({ provider: "openai", model: "gpt-4o" });
    expect(chooseModel({ ...local, provider: "anthropic" }).model).toBe("claude-sonnet-4-5-20250929");
  });

  test("has the provider that follows from its name if none is configured", () => {
    expect(chooseModel({ ...local, name: "gpt-4.1" })).toEqual({ provider: "openai", model: "gpt-4.1" });
    expect(chooseModel({ ...cloud, name: "llama3.2" })).toEqual({ provider: "ollama", model: "llama3.2:3b" });
  });

  test("has the configured provider, whatever follows from its name", () => {
    const config = { ...local, provider: "openai", name: "qwen2.5-coder:7b" } as const;
    expect(chooseModel(config)).toEqual({ provider: "openai", model: "qwen2.5-coder:7b" });
  });

  test("is used if an execution asks for none", () => {
    for (const nothing of ["", "  ", undefined]) expect(chooseModel(local, nothing)).toEqual(chooseModel(local));
  });
});

describe("a model that an execution asks for", () => {
  test("has the provider that follows from its name, whatever is configured", () => {
    const config = { ...local, provider: "ollama" } as const;
    const told: Record<string, string> = {
      "claude-sonnet-4.5": "anthropic",
      "claude-3-5-haiku-latest": "anthropic",
      "gpt-4o": "openai",
      "o3-mini": "openai",
      o1: "openai",
      "chatgpt-4o-latest": "openai",
    };
    for (const [name, provider] of Object.entries(told))
      expect({ name, provider: chooseModel(config, name).provider as string }).toEqual({ name, provider });
    expect(chooseModel({ ...cloud, provider: "anthropic" }, "mistral-nemo").provider).toBe("ollama");
  });

  test("has the default provider if none follows from its name", () => {
    expect(chooseModel({ ...cloud, provider: "openai" }, "my-own-model")).toEqual({
      provider: "openai",
      model: "my-own-model",
    });
    expect(chooseModel(local, "my-own-model").provider).toBe("ollama");
    expect(chooseModel({ ...local, name: "claude-opus-4" }, "my-own-model").provider).toBe("anthropic");
  });

  test("may name its provider before a colon", () => {
    expect(chooseModel(local, "openai:llama3.2-tuned")).toEqual({ provider: "openai", model: "llama3.2-tuned" });
    expect(chooseModel(local, "anthropic:claude-sonnet-4.5")).toEqual({
      provider: "anthropic",
      model: "claude-sonnet-4-5-20250929",
    });
    expect(chooseModel(cloud, "ollama:my-own-model:latest")).toEqual({
      provider: "ollama",
      model: "my-own-model:latest",
    });
    expect(chooseModel(cloud, "scripted:script").provider).toBe("scripted");
  });

  test("may have a tag of Ollama, which names no provider", () => {
    expect(chooseModel(cloud, "qwen2.5-coder:14b")).toEqual({ provider: "ollama", model: "qwen2.5-coder:14b" });
    expect(chooseModel(local, "my-own-model:q4_0")).toEqual({ provider: "ollama", model: "my-own-model:q4_0" });
  });

  test("may be surrounded by spaces", () => {
    expect(chooseModel(local, " gpt-4o\n")).toEqual({ provider: "openai", model: "gpt-4o" });
  });
});

test("short names stand for the names that providers know", () => {
  const aliases: Record<string, string> = {
    "claude-sonnet-4.5": "claude-sonnet-4-5-20250929",
    "claude-opus-4": "claude-opus-4-20250514",
    "qwen2.5-coder": "qwen2.5-coder:7b",
    "llama3.2": "llama3.2:3b",
    "deepseek-coder": "deepseek-coder-v2:16b",
    codellama: "codellama:13b",
  };
  for (const [name, model] of Object.entries(aliases)) expect(chooseModel(local, name).model).toBe(model);
});

test("the shared base URL and key belong to the provider of the default model", () => {
  expect(defaultProvider(local)).toBe("ollama");
  expect(defaultProvider({ ...local, name: "anthropic:my-own-model" })).toBe("anthropic");
  expect(defaultProvider({ ...cloud, name: "my-own-model" })).toBe("anthropic");
  expect(defaultProvider({ ...cloud, provider: "openai", name: "claude-opus-4" })).toBe("openai");
});

test("tool results only have images for models that accept them", () => {
  const providers = ["anthropic", "openai", "ollama", "scripted"] as const;
  const textOnly = (profile?: { imageInputs?: boolean }) =>
    providers.filter((provider) =>
      isTextOnly({ choice: { provider, model: "" }, client: profile === undefined ? {} : { profile } }),
    );
  expect(textOnly()).toEqual(["ollama", "scripted"]);
  expect(textOnly({ imageInputs: true })).toEqual(["ollama", "scripted"]);
  expect(textOnly({ imageInputs: false })).toEqual([...providers]);
});
