import { describe, expect, test } from "bun:test";
import type { ModelConfig, Provider } from "../../config/index.ts";
import { explainModelError } from "./model-error.ts";

const config: ModelConfig = { defaultProvider: "ollama", maxTokens: 8192, temperature: 0 };

function explained(error: unknown, provider: Provider, model = "my-model"): string | undefined {
  return explainModelError(error, { provider, model }, config)?.message;
}

/** An error as the providers' clients throw it. */
const http = (status: number, text: string, key = "status") => Object.assign(new Error(text), { [key]: status });
const refused = () =>
  new TypeError("fetch failed", {
    cause: Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:11434"), { code: "ECONNREFUSED" }),
  });

describe("Ollama", () => {
  test("that does not run: how to start it", () => {
    expect(explained(refused(), "ollama")).toContain("not reachable at http://localhost:11434");
    expect(explained(refused(), "ollama")).toContain("`ollama serve`");
  });

  test("that lacks the model: how to get it", () => {
    expect(explained(http(404, "not here", "status_code"), "ollama", "llama3.2:3b")).toContain(
      "`ollama pull llama3.2:3b`",
    );
    expect(explained(new Error('model "x" not found, try pulling it first'), "ollama")).toContain("ollama pull");
  });

  test("whose model cannot call tools: to choose another one", () => {
    const error = http(400, "registry.ollama.ai/library/x does not support tools", "status_code");
    expect(explained(error, "ollama")).toContain("cannot call tools");
  });
});

describe("a provider", () => {
  test("that cannot be reached: to check the network", () => {
    expect(explained(refused(), "anthropic")).toContain("Anthropic is not reachable");
    expect(explained(new Error("Connection error."), "openai")).toContain("OpenAI is not reachable");
  });

  test("that refuses the key: to check it", () => {
    expect(explained(http(401, "invalid x-api-key"), "anthropic")).toContain("Anthropic refuses the API key");
    expect(explained(http(403, "forbidden"), "openai")).toContain("OpenAI refuses the API key");
  });

  test("that does not know the model: its name", () => {
    expect(explained(http(404, "no such model"), "anthropic", "claude-9")).toContain("'claude-9'");
  });

  test("that limits the rate: to try again later, with what it said", () => {
    expect(explained(http(429, "quota exceeded"), "openai")).toContain("try again later. (quota exceeded)");
  });

  test("that fails otherwise: the status and what it said", () => {
    expect(explained(http(529, "Overloaded"), "anthropic")).toBe(
      "Anthropic answered 529 for the model 'my-model': Overloaded",
    );
  });

  test("that answered with a status is reachable, whatever the text says", () => {
    expect(explained(http(500, "upstream connection error"), "openai")).toContain("answered 500");
  });
});

test("the status is found among the causes", () => {
  expect(explained(new Error("outer", { cause: http(401, "inner") }), "openai")).toContain("refuses the API key");
});

test("the explained error keeps its cause and is one of a model call", () => {
  const cause = http(401, "no");
  expect(explainModelError(cause, { provider: "openai", model: "gpt-4o" }, config)).toMatchObject({
    code: "model-call",
    cause,
  });
});

test("an error that has nothing to do with a model is left alone", () => {
  expect(explained(new TypeError("undefined is not a function"), "openai")).toBeUndefined();
  expect(explained(Object.assign(new Error("odd"), { status: 200 }), "openai")).toBeUndefined();
  expect(explained("text", "ollama")).toBeUndefined();
});
