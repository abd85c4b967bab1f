import { describe, expect, test } from "bun:test";
import type { AgentEvent } from "../agent/index.ts";
import type { ExecutionEvent } from "./execution-observer.ts";
import { advance, beginProgress } from "./execution-progress.ts";

const at = (ms: number) => ({ actor: { kind: "main" } as const, at: new Date(ms) });
const asks = (...ids: string[]): AgentEvent => ({
  ...at(0),
  type: "turn",
  turnId: "1",
  text: "",
  calls: ids.map((id) => ({ id, name: `tool-${id}`, args: {} })),
});
const starts = (callId: string, ms: number): AgentEvent => ({ ...at(ms), type: "tool-started", callId });
const ends = (callId: string, ms: number): AgentEvent => ({ ...at(ms), type: "tool-ended", callId, result: "" });

function progressAfter(...events: ExecutionEvent[]) {
  const ids = { id: "aex-1", threadId: "thread", workflowId: "workflow", runId: "run", activityId: "1" };
  return events.reduce(advance, beginProgress({ ...ids, startedAt: new Date(0) }, 1));
}
const running: ExecutionEvent = { type: "stage", stage: "model", at: new Date(1) };

describe("the stage of an execution", () => {
  test("is the last one entered, with the time of entry", () => {
    const waits: ExecutionEvent = { type: "stage", stage: "waiting-for-thread", at: new Date(7) };
    expect(progressAfter().record).toMatchObject({ stage: "waiting-for-admission", stageSince: new Date(0) });
    expect(progressAfter(waits).record).toMatchObject({ stage: "waiting-for-thread", stageSince: new Date(7) });
  });

  test("is `tool` from the start of the first tool to the end of the last one", () => {
    const one = [running, asks("a", "b"), starts("a", 10), starts("b", 20), ends("a", 30)];
    expect(progressAfter(...one).record).toMatchObject({
      stage: "tool",
      stageSince: new Date(10),
      tools: [{ callId: "b", name: "tool-b", startedAt: new Date(20) }],
    });
    expect(progressAfter(...one, ends("b", 40)).record).toMatchObject({
      stage: "model",
      stageSince: new Date(40),
      tools: [],
    });
  });

  test("stays `model` when a call is refused, and its name is forgotten", () => {
    const { record, openCalls } = progressAfter(running, asks("a"), ends("a", 9));
    expect(record).toMatchObject({ stage: "model", stageSince: new Date(1) });
    expect(openCalls.size).toBe(0);
  });

  test("does not change with the text of an answer", () => {
    const before = progressAfter(running);
    expect(advance(before, { ...at(5), type: "text", turnId: "1", text: "Hi" })).toBe(before);
  });
});

describe("the calls of a sub-agent", () => {
  const sub = { actor: { kind: "sub-agent", callId: "a" }, at: new Date(0) } as const;
  const works = [
    running,
    asks("a", "b"),
    starts("a", 10),
    { ...sub, type: "turn", turnId: "2", text: "", calls: [{ id: "c", name: "ls", args: {} }] },
    { ...sub, type: "tool-started", callId: "c" },
  ] satisfies ExecutionEvent[];

  test("name the task that they belong to", () => {
    expect(progressAfter(...works).record.tools).toMatchObject([
      { callId: "a", name: "tool-a" },
      { callId: "c", name: "ls", taskCallId: "a" },
    ]);
  });

  test("end with their task", () => {
    const { record, openCalls } = progressAfter(...works, ends("a", 20));
    expect(record).toMatchObject({ stage: "model", tools: [] });
    expect([...openCalls.keys()]).toEqual(["b"]);
  });
});
