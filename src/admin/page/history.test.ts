import { expect, test } from "bun:test";
import type { ExecutionEvent } from "../../executions/index.ts";
import { History, MINUTES } from "./history.ts";

const actor = { kind: "main" } as const;

function call(modelCallId: string, at: number, durationMs: number): ExecutionEvent[] {
  const usage = { inputTokens: 100, cachedInputTokens: 0, outputTokens: 10 };
  return [
    {
      type: "model-call-started",
      modelCallId,
      actor,
      at: new Date(at),
      purpose: "turn",
      provider: "ollama",
      model: "m",
      attempt: 1,
    },
    { type: "model-call-ended", modelCallId, actor, at: new Date(at + durationMs), usage },
  ];
}

test("the history counts what happens in a minute, and forgets it after an hour", () => {
  let now = 1_000 * 60_000;
  const history = new History(() => now);
  const execution = history.begin();
  for (const event of call("1", now, 500)) execution.event(event);
  execution.end({ phase: "completed" });
  expect(history.lastHour()).toHaveLength(MINUTES);
  expect(history.lastHour().at(-1)).toMatchObject({ completed: 1, answers: 1, answerMs: 500, inputTokens: 100 });
  now += 59 * 60_000;
  expect(history.lastHour()[0]).toMatchObject({ completed: 1, outputTokens: 10 });
  now += 60_000;
  expect(history.lastHour().every(({ completed }) => completed === 0)).toBe(true);
  history.begin().end({ phase: "failed", reason: "" });
  expect(history.lastHour().at(-1)).toMatchObject({ completed: 0, failed: 1 });
});

test("the version changes with each event", () => {
  const history = new History();
  const seen = [history.version];
  const execution = history.begin();
  seen.push(history.version);
  execution.event({ type: "heartbeat", at: new Date() });
  seen.push(history.version);
  execution.end({ phase: "completed" });
  seen.push(history.version);
  expect(new Set(seen).size).toBe(4);
});
