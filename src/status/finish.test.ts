import { describe, expect, test } from "bun:test";
import type { AgentEvent } from "../agent/index.ts";
import type { ExecutionOutcome } from "../executions/index.ts";
import { ExecutionPhase, MessageType, SubAgentStatus, ToolCallStatus } from "../stigmer/index.ts";
import { beforeEnd, finish } from "./finish.ts";
import { reduce } from "./reducer.ts";
import { initialState, type StatusState, stateOf } from "./status-state.ts";

const at = new Date("2026-01-19T10:00:00.000Z");
const end = new Date("2026-01-19T10:00:09.000Z");
const main = { actor: { kind: "main" }, at } as const;

/** The last status of an execution with these events. */
function last(outcome: ExecutionOutcome, ...events: AgentEvent[]) {
  return finish(events.reduce<StatusState>(reduce, initialState("Hello", "tokens", at)), outcome, end).status;
}

const asks: AgentEvent = {
  ...main,
  type: "turn",
  turnId: "1",
  text: "I look.",
  calls: [
    { id: "c1", name: "ls", args: {} },
    { id: "c1", name: "task", args: {} },
    { id: "c2", name: "ls", args: {} },
  ],
};
const answers: AgentEvent = { ...main, type: "turn", turnId: "2", text: "Done.", calls: [] };

describe("completed execution", () => {
  test("ends with the model's answer, without an error, with the completion time", () => {
    const status = last({ phase: "completed" }, answers);
    expect(status).toMatchObject({
      phase: ExecutionPhase.EXECUTION_COMPLETED,
      error: "",
      startedAt: "2026-01-19T10:00:00.000Z",
      completedAt: "2026-01-19T10:00:09.000Z",
    });
    expect(status.messages.at(-1)).toMatchObject({ type: MessageType.MESSAGE_AI, content: "Done." });
  });
});

describe("completed execution without an answer", () => {
  const lastMessage = (...events: AgentEvent[]) => last({ phase: "completed" }, ...events).messages.at(-1);

  test("says so in its last message", () => {
    const silent: AgentEvent = { ...main, type: "turn", turnId: "2", text: "", calls: [] };
    for (const events of [[], [silent], [asks], [asks, silent]]) {
      expect(lastMessage(...events)).toMatchObject({
        type: MessageType.MESSAGE_AI,
        content: "[The model ended without an answer.]",
      });
    }
  });

  test("gets no note if there is an answer", () => {
    expect(last({ phase: "completed" }, asks, answers).messages.at(-1)?.content).toBe("Done.");
  });
});

describe("failed execution", () => {
  test("has the reason in its error only, which readers print after the messages", () => {
    const status = last({ phase: "failed", reason: "The model is gone: start it." }, asks);
    expect(status.phase).toBe(ExecutionPhase.EXECUTION_FAILED);
    expect(status.error).toBe("The model is gone: start it.");
    expect(status.messages.map(({ content }) => content)).toEqual(["Hello", "I look.", "ls", "task", "ls"]);
    expect(status.completedAt).toBe("2026-01-19T10:00:09.000Z");
  });

  test("keeps the incomplete text of the model", () => {
    const status = last({ phase: "failed", reason: "no" }, { ...main, type: "text", turnId: "9", text: "I beg" });
    expect(status.messages.map(({ content }) => content)).toEqual(["Hello", "I beg"]);
  });
});

test("a cancelled execution has the reason in its error and as its last message, once", () => {
  const outcome = { phase: "cancelled", reason: "An operator cancelled it." } as const;
  const status = last(outcome);
  expect([status.phase, status.error]).toEqual([ExecutionPhase.EXECUTION_CANCELLED, outcome.reason]);
  const again = finish(stateOf(status), outcome, end).status;
  for (const { messages } of [status, again]) {
    expect(messages.map(({ content }) => content)).toEqual(["Hello", outcome.reason]);
    expect(messages.at(-1)?.type).toBe(MessageType.MESSAGE_SYSTEM);
  }
});

describe("open calls at the end of an execution", () => {
  for (const outcome of [
    { phase: "completed" },
    { phase: "failed", reason: "no" },
    { phase: "cancelled", reason: "no" },
  ] as const) {
    test(`are failed if the execution is ${outcome.phase}`, () => {
      const started: AgentEvent = { ...main, type: "tool-started", callId: "c2" };
      const { toolCalls, messages, subAgentExecutions } = last(outcome, asks, started);
      expect(toolCalls.map(({ status }) => status)).toEqual(toolCalls.map(() => ToolCallStatus.TOOL_CALL_FAILED));
      expect(toolCalls).toHaveLength(3);
      for (const { error, completedAt } of toolCalls) {
        expect(error).not.toBe("");
        expect(completedAt).toBe("2026-01-19T10:00:09.000Z");
      }
      expect(messages.flatMap((message) => message.toolCalls)).toEqual(toolCalls);
      expect(subAgentExecutions[0]?.status).toBe(SubAgentStatus.SUB_AGENT_FAILED);
    });
  }
});

test("calls that have ended are not changed at the end of an execution", () => {
  const done: AgentEvent = { ...main, type: "tool-ended", callId: "c2", result: "a.ts" };
  const { toolCalls } = last({ phase: "failed", reason: "no" }, asks, done);
  expect(toolCalls[2]).toMatchObject({ status: ToolCallStatus.TOOL_CALL_COMPLETED, result: "a.ts", error: "" });
});

test("the update before the final one contains all messages and is still in progress", () => {
  for (const outcome of [
    { phase: "completed" },
    { phase: "failed", reason: "no" },
    { phase: "cancelled", reason: "no" },
  ] as const) {
    const status = last(outcome, asks, answers);
    const { messages, phase, error, completedAt, startedAt } = beforeEnd(status);
    expect(messages).toEqual(status.messages);
    expect({ phase, error, completedAt }).toEqual({
      phase: ExecutionPhase.EXECUTION_IN_PROGRESS,
      error: "",
      completedAt: "",
    });
    expect(startedAt).toBe(status.startedAt);
  }
});
