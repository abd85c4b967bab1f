import { expect, test } from "bun:test";
import type { ExecutionEvent } from "../../executions/index.ts";
import { slimEvent } from "./slim-event.ts";

const LONG = "a long text of a model or a tool";
const common = { actor: { kind: "main" }, at: new Date(0) } as const;
const model = { provider: "ollama", model: "m" } as const;

test("what waits has no texts of models and tools, and all that metrics read", () => {
  const turn: ExecutionEvent = {
    ...common,
    type: "turn",
    turnId: "1",
    text: LONG,
    calls: [{ id: "c", name: "write_file", args: { content: LONG } }],
  };
  const events: ExecutionEvent[] = [
    turn,
    { ...common, type: "text", turnId: "1", text: LONG },
    { ...common, type: "tool-ended", callId: "c", result: LONG, failure: "exit code 1" },
    { ...common, type: "notice", text: LONG },
    { ...common, type: "todos", todos: [{ content: LONG, status: "pending" }] },
    { ...common, type: "text-withdrawn", turnId: "1" },
    { type: "resolved", agentName: LONG, model: { ...model }, at: common.at },
    { type: "heartbeat", at: common.at },
  ];
  const slim = events.map(slimEvent).filter((event) => event !== undefined);
  expect(slim.map(({ type }) => type)).toEqual(["turn", "text", "tool-ended", "heartbeat"]);
  expect(JSON.stringify(slim)).not.toContain(LONG);
  expect(slim[0]).toMatchObject({ calls: [{ id: "c", name: "write_file" }] });
  expect(slim[2]).toMatchObject({ callId: "c", failure: "exit code 1", at: common.at });
  expect(JSON.stringify(turn)).toContain(LONG);
});
