import { describe, expect, test } from "bun:test";
import type { AgentEvent } from "../agent/index.ts";
import { SubAgentStatus } from "../stigmer/index.ts";
import { reduce } from "./reducer.ts";
import { initialState, type StatusState } from "./status-state.ts";

const at = new Date("2026-01-19T10:00:00.000Z");
const main = { actor: { kind: "main" }, at } as const;
const delegated = reduce(initialState("Hello", "tokens", at), {
  ...main,
  type: "turn",
  turnId: "1",
  text: "I delegate.",
  calls: [
    { id: "c1", name: "task", args: { subagent_type: "tester", description: "Test it" } },
    { id: "c2", name: "task", args: { subagent_type: "writer", description: "Write it" } },
  ],
});
const stateAfter = (...events: AgentEvent[]) => events.reduce<StatusState>(reduce, delegated);

describe("delegated task", () => {
  test("is listed under the id of its call", () => {
    expect(delegated.status.subAgentExecutions).toMatchObject([
      { id: "c1", name: "tester", input: "Test it", status: SubAgentStatus.SUB_AGENT_PENDING },
      { id: "c2", name: "writer", input: "Write it", status: SubAgentStatus.SUB_AGENT_PENDING },
    ]);
  });

  test("has the same state as its call", () => {
    const running = stateAfter({ ...main, type: "tool-started", callId: "c2" });
    expect(running.status.subAgentExecutions).toMatchObject([
      { id: "c1", status: SubAgentStatus.SUB_AGENT_PENDING },
      { id: "c2", status: SubAgentStatus.SUB_AGENT_IN_PROGRESS, startedAt: "2026-01-19T10:00:00.000Z" },
    ]);
    const done = reduce(running, { ...main, type: "tool-ended", callId: "c2", result: "Written." });
    expect(done.status.subAgentExecutions[1]).toMatchObject({
      status: SubAgentStatus.SUB_AGENT_COMPLETED,
      output: "Written.",
      error: "",
      completedAt: "2026-01-19T10:00:00.000Z",
    });
  });

  test("fails with its call, with the reason as error and not as output", () => {
    const { status } = stateAfter({ ...main, type: "tool-ended", callId: "c1", result: "Error: no", failure: "no" });
    expect(status.subAgentExecutions[0]).toMatchObject({
      status: SubAgentStatus.SUB_AGENT_FAILED,
      output: "",
      error: "no",
    });
  });

  test("is listed even if its arguments are missing", () => {
    const calls = [{ id: "c3", name: "task", args: { description: 7 } }];
    const { status } = stateAfter({ ...main, type: "turn", turnId: "2", text: "", calls });
    expect(status.subAgentExecutions[2]).toMatchObject({ id: "c3", name: "", input: "" });
  });
});

test("events of a sub-agent do not appear in the main agent's messages", () => {
  const sub = { actor: { kind: "sub-agent", callId: "c1" }, at } as const;
  const calls = [{ id: "c9", name: "ls", args: {} }];
  const state = stateAfter(
    { ...sub, type: "text", turnId: "s1", text: "sub" },
    { ...sub, type: "turn", turnId: "s1", text: "sub", calls },
    { ...sub, type: "tool-started", callId: "c1" },
    { ...sub, type: "tool-ended", callId: "c1", result: "not the main agent's" },
    { ...sub, type: "todos", todos: [{ content: "sub", status: "pending" }] },
  );
  expect(state).toBe(delegated);
});
