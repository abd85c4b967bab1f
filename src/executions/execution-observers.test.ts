import { describe, expect, test } from "bun:test";
import { collectedLog } from "../../test/support/collected-log.ts";
import type { ExecutionEvent, ExecutionInfo, ExecutionObservation, ExecutionObserver } from "./execution-observer.ts";
import { ExecutionObservers } from "./execution-observers.ts";

const execution: ExecutionInfo = {
  id: "aex-1",
  threadId: "thread",
  workflowId: "workflow",
  runId: "run",
  activityId: "1",
  startedAt: new Date(),
};
const events: ExecutionEvent[] = [
  { type: "stage", stage: "resolving", at: new Date() },
  { type: "tool-started", callId: "c1", actor: { kind: "main" }, at: new Date() },
];

/** An observation that records its calls. */
function recording() {
  const told: unknown[] = [];
  const observation: ExecutionObservation = {
    event: (event) => void told.push(event),
    end: (outcome) => void told.push(outcome),
  };
  return { told, observation };
}

function logging() {
  const { log, lines } = collectedLog();
  return { lines, log };
}

function observe(observer: ExecutionObserver) {
  const { lines, log } = logging();
  const [first, last] = [recording(), recording()];
  const observers = new ExecutionObservers([observer, { name: "last", begin: () => last.observation }], log);
  for (let round = 0; round < 2; round++) {
    const observation = observers.begin(execution, first.observation);
    for (const event of events) observation.event(event);
    observation.end({ phase: "completed" });
  }
  const all = [...events, { phase: "completed" }];
  return { lines, told: [first.told, last.told], all: [...all, ...all] };
}

const fails = () => {
  throw new Error("a defect");
};
const rejects = (async () => fails()) as () => void;
const failing: readonly (readonly [string, ExecutionObserver["begin"]])[] = [
  ["begins", fails],
  ["is told an event", () => ({ event: fails, end: () => undefined })],
  ["is told the end", () => ({ event: () => undefined, end: fails })],
  ["is told an event, later", () => ({ event: rejects, end: () => undefined })],
];

describe("the observers of executions", () => {
  test("are told the same events, then the outcome", () => {
    const own = recording();
    const { told, all, lines } = observe({ name: "own", begin: () => own.observation });
    expect([own.told, ...told]).toEqual([all, all, all]);
    expect(lines).toEqual([]);
  });

  test.each(failing)(
    "are told everything although one of them fails when it %s, which is logged once",
    async (_, begin) => {
      const { told, all, lines } = observe({ name: "metrics", begin });
      await new Promise<void>((resolve) => setImmediate(resolve));
      expect(told).toEqual([all, all]);
      expect(lines.filter((line) => line.includes("ERROR"))).toHaveLength(1);
      expect(lines[0]).toMatch(/observer metrics failed.*a defect/s);
    },
  );
});
