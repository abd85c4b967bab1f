import { describe, expect, test } from "bun:test";
import type { ModelConfig, Provider } from "../../config/index.ts";
import { explained as explainedError } from "../../shared/errors.ts";
import { explainModelError } from "./model-error.ts";

const config: ModelConfig = { defaultProvider: "ollama", maxTokens: 8192, temperature: 0 };

function explained(error: unknown, provider: Provider, model = "my-model"): string | undefined {
  const found = explainModelError(error, { provider, model }, config);
  return found && explainedError(found);
}

/** An error as the providers' clients throw it. */
const http = (status: number, text: string, key = "status") => Object.assign(new Error(text), { [key]: status });
const refused = () =>
  new TypeError("fetch failed", {
    cause: Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:11434"), { code: "ECONNREFUSED" }),
  });

describe("the explanation of an error of Ollama", () => {
  test("says how to start it if it does not run", () => {
    expect(explained(refused(), "ollama")).toContain("not reachable at http://localhost:11434");
    expect(explained(refused(), "ollama")).toContain("`ollama serve`");
  });

  test("says how to get a model that it does not have", () => {
    expect(explained(http(404, "not here", "status_code"), "ollama", "llama3.2:3b")).toContain(
      "`ollama pull llama3.2:3b`",
    );
    expect(explained(new Error('model "x" not found, try pulling it first'), "ollama")).toContain("ollama pull");
  });

  test("suggests another model if the model cannot call tools", () => {
    const error = http(400, "registry.ollama.ai/library/x does not support tools", "status_code");
    expect(explained(error, "ollama")).toContain("cannot call tools");
  });
});

describe("the explanation of an error of a provider", () => {
  test("says to check the network if it is unreachable", () => {
    expect(explained(refused(), "anthropic")).toContain("Anthropic is not reachable");
    expect(explained(new Error("Connection error."), "openai")).toContain("OpenAI is not reachable");
  });

  test("says to check the key if it was refused", () => {
    expect(explained(http(401, "invalid x-api-key"), "anthropic")).toContain("Anthropic refuses the API key");
    expect(explained(http(403, "forbidden"), "openai")).toContain("OpenAI refuses the API key");
  });

  test("says to check the name of an unknown model", () => {
    expect(explained(http(404, "no such model"), "anthropic", "claude-9")).toContain("'claude-9'");
  });

  test("says to try again later after a rate limit, with its message", () => {
    expect(explained(http(429, "quota exceeded"), "openai")).toContain(
      ": quota exceeded. Try again later, run fewer executions at once, or raise the limit at OpenAI.",
    );
  });

  test("tells overload, an exhausted quota and refused content apart, and has the message", () => {
    expect(explained(http(529, "Overloaded"), "anthropic")).toBe(
      "Anthropic's model 'my-model' is overloaded or temporarily unavailable (529): Overloaded. Try again later, or choose another model.",
    );
  });

  test("does not call a provider unreachable that answered with a status, whatever its text", () => {
    expect(explained(http(500, "upstream connection error"), "openai")).toContain("answered 500");
  });
});

test("the HTTP status is found among the causes of an error", () => {
  expect(explained(new Error("outer", { cause: http(401, "inner") }), "openai")).toContain("refuses the API key");
});

test("an explained error keeps its cause and has the code `model-call`", () => {
  const cause = http(401, "no");
  expect(explainModelError(cause, { provider: "openai", model: "gpt-4o" }, config)).toMatchObject({
    code: "model-call",
    cause,
  });
});

test("an error that is not of a model call is not explained", () => {
  expect(explained(new TypeError("undefined is not a function"), "openai")).toBeUndefined();
  expect(explained(Object.assign(new Error("odd"), { status: 200 }), "openai")).toBeUndefined();
  expect(explained("text", "ollama")).toBeUndefined();
});
