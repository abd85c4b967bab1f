import { describe, expect, test } from "bun:test";
import { at, linesAfter, main } from "../../../test/support/execution-metrics.ts";
import type { ExecutionEvent } from "../../executions/index.ts";

describe("calls of models", () => {
  const call = (modelCallId: string, model: string): ExecutionEvent => ({
    ...main,
    type: "model-call-started",
    modelCallId,
    purpose: "turn",
    provider: "openai",
    model,
    attempt: 1,
    at: at(0),
  });
  const usage = { inputTokens: 100, cachedInputTokens: 60, outputTokens: 7 };

  test("are counted by provider and model, with tokens, times, and kinds of errors", async () => {
    const lines = await linesAfter([
      call("1", "gpt"),
      { ...main, type: "model-call-ended", modelCallId: "1", failure: "rate-limit", at: at(1) },
      call("2", "gpt"),
      { ...main, type: "model-call-answering", modelCallId: "2", at: at(3) },
      { ...main, type: "model-call-ended", modelCallId: "2", usage, at: at(5) },
      call("3", "gpt"),
      { ...main, type: "model-call-ended", modelCallId: "3", failure: "cancelled", at: at(1) },
    ]);
    const of = 'provider="openai",model="gpt"';
    for (const outcome of ["answered", "failed", "cancelled"])
      expect(lines).toContain(`agent_runner_model_calls_total{${of},outcome="${outcome}"} 1`);
    expect(lines).toContain(`agent_runner_model_errors_total{${of},kind="rate-limit"} 1`);
    expect(lines.join("\n")).not.toContain('kind="cancelled"');
    expect(lines).toContain(`agent_runner_model_tokens_total{${of},type="input"} 100`);
    expect(lines).toContain(`agent_runner_model_tokens_total{${of},type="cached_input"} 60`);
    expect(lines).toContain(`agent_runner_model_tokens_total{${of},type="output"} 7`);
    expect(lines).toContain(`agent_runner_model_call_duration_seconds_sum{${of}} 5`);
    expect(lines).toContain(`agent_runner_model_first_token_seconds_sum{${of}} 3`);
  });

  test("have series of their own for twenty models; the rest is `other`", async () => {
    const models = Array.from({ length: 1_000 }, (_, index) => `model-${index}`);
    const lines = await linesAfter(
      models.flatMap((model) => [
        call(model, model),
        { ...main, type: "model-call-ended" as const, modelCallId: model, at: at(1) },
      ]),
    );
    const counted = lines.filter((line) => line.startsWith("agent_runner_model_calls_total"));
    expect(counted).toHaveLength(21);
    expect(counted).toContain('agent_runner_model_calls_total{provider="openai",model="other",outcome="answered"} 980');
  });
});
