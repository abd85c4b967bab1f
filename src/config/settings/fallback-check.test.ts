import { expect, test } from "bun:test";
import { fallbackProblem } from "./fallback-check.ts";

const problem = (values: Parameters<typeof fallbackProblem>[0]) => fallbackProblem(values, "anthropic")?.problem;

test("a fallback model needs the key of its provider", () => {
  expect(problem({})).toBeUndefined();
  expect(problem({ fallback: "gpt-4o" })).toBe("is a model of OpenAI, but OPENAI_API_KEY is not set");
  expect(problem({ fallback: "gpt-4o", apiKey: "of Anthropic" })).toContain("OPENAI_API_KEY");
  expect(problem({ fallback: "gpt-4o", openaiApiKey: "key" })).toBeUndefined();
  expect(problem({ fallback: "claude-opus-4", apiKey: "key" })).toBeUndefined();
  expect(problem({ fallback: "claude-opus-4", provider: "openai", apiKey: "key" })).toContain("ANTHROPIC_API_KEY");
  expect(problem({ fallback: "ollama:llama3.2" })).toBeUndefined();
  expect(problem({ fallback: "scripted:script" })).toContain("STIGMER_LLM_SCRIPT");
});
