import { describe, expect, test } from "bun:test";
import type { AgentEvent } from "../agent/index.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { SubAgentStatus, ToolCallStatus } from "../stigmer/index.ts";
import { abandonedStatus } from "./abandoned-status.ts";
import { closeOpenCalls } from "./calls.ts";
import { RESULT_LIMIT } from "./limits.ts";
import { reduce } from "./reducer.ts";
import { initialState, type StatusState } from "./status-state.ts";
import { StatusView } from "./status-view.ts";

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

const sub = (callId: string) => ({ actor: { kind: "sub-agent", callId }, at }) as const;
const asks = (task: string, ...ids: string[]): AgentEvent => {
  const calls = ids.map((id) => ({ id, name: "read_file", args: { file_path: `${id}.ts` } }));
  return { ...sub(task), type: "turn", turnId: `turn of ${task}`, text: "I read.", calls };
};
const ends = (task: string, callId: string, result: string): AgentEvent => ({
  ...sub(task),
  type: "tool-ended",
  callId,
  result,
});

describe("sub-agent", () => {
  test("adds nothing to the main agent's messages and to-do list", () => {
    const { status } = stateAfter(
      { ...sub("c1"), type: "text", turnId: "s1", text: "sub" },
      { ...sub("c1"), type: "text-withdrawn", turnId: "s1" },
      asks("c1", "c9"),
      { ...sub("c1"), type: "tool-started", callId: "c1" },
      { ...sub("c1"), type: "tool-ended", callId: "c2", result: "not the main agent's" },
      { ...sub("c1"), type: "todos", todos: [{ content: "sub", status: "pending" }] },
    );
    expect(status.messages).toBe(delegated.status.messages);
    expect(status.todos).toEqual({});
    expect(status.toolCalls.slice(0, 2)).toEqual(delegated.status.toolCalls);
  });

  test("has its calls in the list, with its name and the id of its task", () => {
    const { toolCalls } = stateAfter(
      asks("c1", "c8"),
      asks("c2", "c9"),
      { ...sub("c1"), type: "tool-started", callId: "c8" },
      ends("c2", "c9", "text"),
    ).status;
    expect(toolCalls.slice(2)).toMatchObject([
      {
        id: "c8",
        status: ToolCallStatus.TOOL_CALL_RUNNING,
        componentMetadata: {
          componentType: "preview",
          componentGroup: "tester",
          metadata: { subAgentExecutionId: "c1", label: "read_file: c8.ts" },
        },
      },
      {
        id: "c9",
        status: ToolCallStatus.TOOL_CALL_COMPLETED,
        result: "text",
        componentMetadata: { componentGroup: "writer", metadata: { subAgentExecutionId: "c2" } },
      },
    ]);
  });

  test("may use an id that another agent has used", () => {
    const { toolCalls } = stateAfter(asks("c1", "c2"), asks("c2", "c2"), ends("c2", "c2", "of the writer")).status;
    expect(toolCalls.map(({ id, result }) => [id, result])).toEqual([
      ["c1", ""],
      ["c2", ""],
      ["c2#2", ""],
      ["c2#3", "of the writer"],
    ]);
  });

  test("has no open calls after its task, and says how many it made", () => {
    const { status } = stateAfter(asks("c1", "c8", "c9"), asks("c2", "c10"), ends("c1", "c8", "text"), {
      ...main,
      type: "tool-ended",
      callId: "c1",
      result: "Error",
      failure: "stopped",
    });
    expect(status.toolCalls.slice(2)).toMatchObject([
      { id: "c8", status: ToolCallStatus.TOOL_CALL_COMPLETED },
      {
        id: "c9",
        status: ToolCallStatus.TOOL_CALL_FAILED,
        error: "the sub-agent ended without a result of this call",
        completedAt: "2026-01-19T10:00:00.000Z",
      },
      { id: "c10", status: ToolCallStatus.TOOL_CALL_PENDING },
    ]);
    expect(status.subAgentExecutions[0]).toMatchObject({ metadata: { toolCalls: 2, failedToolCalls: 1 } });
  });

  test("tells the user something through a notice", () => {
    const { status } = stateAfter({ ...sub("c1"), type: "notice", text: "It waits." });
    expect(status.messages.at(-1)?.content).toBe("It waits.");
  });

  test("that is not known changes nothing", () => {
    expect(stateAfter(asks("c7", "c8"), ends("c7", "c1", "no"))).toBe(delegated);
  });
});

describe("the end of an execution", () => {
  test("closes sub-agents and their calls", () => {
    const { status } = closeOpenCalls(stateAfter(asks("c1", "c8")), "the execution failed", at);
    expect(status.subAgentExecutions).toMatchObject([
      { id: "c1", status: SubAgentStatus.SUB_AGENT_FAILED, error: "the execution failed", metadata: { toolCalls: 1 } },
      { id: "c2", status: SubAgentStatus.SUB_AGENT_FAILED, error: "the execution failed", metadata: { toolCalls: 0 } },
    ]);
    expect(status.toolCalls.map(({ error }) => error)).toEqual(Array(3).fill("the execution failed"));
  });

  test("closes a sub-agent whose call was left out of the status", () => {
    const { status } = stateAfter({ ...main, type: "tool-started", callId: "c1" });
    const left = { ...status, toolCalls: [], messages: [] };
    const reasons = { failed: "The runner was killed.", cancelled: "", isCancelled: false };
    const ended = abandonedStatus(left, reasons, at);
    expect(ended?.subAgentExecutions).toMatchObject([
      { status: SubAgentStatus.SUB_AGENT_FAILED, completedAt: "2026-01-19T10:00:00.000Z" },
      { status: SubAgentStatus.SUB_AGENT_FAILED },
    ]);
  });
});

test("a secret in the label of a sub-agent's call is masked when it becomes known", () => {
  const mask = new SecretMask();
  const view = new StatusView(mask);
  const state = stateAfter(asks("c1", "s3cret-value"));
  mask.add(["s3cret-value"]);
  const shown = view.of(state).toolCalls[2];
  expect(shown?.componentMetadata?.metadata).toEqual({ subAgentExecutionId: "c1", label: "read_file: ***.ts" });
});

test("long inputs and names are cut", () => {
  const args = { subagent_type: "n".repeat(100_000), description: "d".repeat(100_000) };
  const calls = [{ id: "c3", name: "task", args }];
  const { status } = stateAfter({ ...main, type: "turn", turnId: "2", text: "", calls });
  const added = status.subAgentExecutions[2];
  expect(added?.name.length).toBeLessThan(250);
  expect(added?.input).toContain("characters cut");
  expect(added?.input.length).toBeLessThan(RESULT_LIMIT + 100);
});
