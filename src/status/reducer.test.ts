import { describe, expect, test } from "bun:test";
import type { AgentEvent, RequestedCall } from "../agent/index.ts";
import { ExecutionPhase, MessageType, TodoStatus, ToolCallStatus } from "../stigmer/index.ts";
import { reduce } from "./reducer.ts";
import { begin, type StatusState, type Streaming } from "./status-state.ts";

const at = new Date("2026-01-19T10:00:00.000Z");
const later = new Date("2026-01-19T10:00:05.000Z");
const main = { actor: { kind: "main" }, at } as const;

const turn = (turnId: string, text: string, ...calls: RequestedCall[]): AgentEvent => ({
  ...main,
  type: "turn",
  turnId,
  text,
  calls,
});
const text = (turnId: string, piece: string): AgentEvent => ({ ...main, type: "text", turnId, text: piece });
const call = (id: string, name = "ls", args: RequestedCall["args"] = { path: "/" }): RequestedCall => ({
  id,
  name,
  args,
});
const started = (callId: string): AgentEvent => ({ ...main, type: "tool-started", callId });
const ended = (callId: string, result: string, failure?: string): AgentEvent => ({
  ...main,
  at: later,
  type: "tool-ended",
  callId,
  result,
  ...(failure === undefined ? {} : { failure }),
});

/** The status of an execution after these events. */
function statusAfter(events: readonly AgentEvent[], streaming: Streaming = "messages") {
  return events.reduce<StatusState>(reduce, begin("Hello", streaming, at)).status;
}

const kindsOf = (status: ReturnType<typeof statusAfter>) => status.messages.map(({ type }) => MessageType[type]);
const textsOf = (status: ReturnType<typeof statusAfter>) => status.messages.map(({ content }) => content);

test("an execution begins in progress, with the user's message and its start time", () => {
  const status = statusAfter([]);
  expect(status.phase).toBe(ExecutionPhase.EXECUTION_IN_PROGRESS);
  expect(status.startedAt).toBe("2026-01-19T10:00:00.000Z");
  expect(kindsOf(status)).toEqual(["MESSAGE_HUMAN"]);
  expect(textsOf(status)).toEqual(["Hello"]);
});

describe("turns of the model", () => {
  test("become one message each, followed by one per call", () => {
    const status = statusAfter([
      turn("1", "I look.", call("c1"), call("c2", "execute", { command: "git status" })),
      ended("c1", "a.ts"),
      ended("c2", "clean"),
      turn("2", "Done."),
    ]);
    expect(kindsOf(status)).toEqual(["MESSAGE_HUMAN", "MESSAGE_AI", "MESSAGE_TOOL", "MESSAGE_TOOL", "MESSAGE_AI"]);
    expect(textsOf(status)).toEqual(["Hello", "I look.", "ls: /", "git status", "Done."]);
  });

  test("are shown when complete, if messages are streamed", () => {
    expect(textsOf(statusAfter([text("1", "Do"), text("1", "ne.")]))).toEqual(["Hello"]);
    expect(textsOf(statusAfter([text("1", "Do"), text("1", "ne."), turn("1", "Done.")]))).toEqual(["Hello", "Done."]);
  });

  test("grow and end with the complete text, if tokens are streamed", () => {
    const pieces = [text("1", "Do"), text("1", "ne.")];
    expect(textsOf(statusAfter(pieces, "tokens"))).toEqual(["Hello", "Done."]);
    expect(textsOf(statusAfter([...pieces, turn("1", "Done!")], "tokens"))).toEqual(["Hello", "Done!"]);
    expect(textsOf(statusAfter([...pieces, turn("1", "Done."), text("2", "More")], "tokens"))).toEqual([
      "Hello",
      "Done.",
      "More",
    ]);
  });
});

describe("text withdrawn because the model is asked again", () => {
  const withdrawn = (turnId: string): AgentEvent => ({ ...main, type: "text-withdrawn", turnId });

  test("is removed and replaced by the next answer", () => {
    const events = [turn("1", "I look."), text("2", "Half"), withdrawn("2")];
    expect(textsOf(statusAfter(events, "tokens"))).toEqual(["Hello", "I look."]);
    const again = [...events, text("2", "A whole"), text("2", " answer.")];
    expect(textsOf(statusAfter(again, "tokens"))).toEqual(["Hello", "I look.", "A whole answer."]);
    expect(textsOf(statusAfter([...again, turn("2", "A whole answer.")], "tokens"))).toEqual([
      "Hello",
      "I look.",
      "A whole answer.",
    ]);
  });

  test("changes nothing if it was never shown", () => {
    expect(textsOf(statusAfter([text("1", "Half"), withdrawn("1")]))).toEqual(["Hello"]);
    expect(textsOf(statusAfter([turn("1", "Whole."), withdrawn("1")], "tokens"))).toEqual(["Hello", "Whole."]);
  });
});

describe("turn without text", () => {
  const asks = turn("1", "", call("c1"));

  test("has no message, because readers would print it empty", () => {
    for (const text of ["", "\n", " \t\n"]) {
      const events = [turn("1", text, call("c1")), ended("c1", "a.ts"), turn("2", text)];
      expect(kindsOf(statusAfter(events))).toEqual(["MESSAGE_HUMAN", "MESSAGE_TOOL"]);
      expect(kindsOf(statusAfter(events, "tokens"))).toEqual(["MESSAGE_HUMAN", "MESSAGE_TOOL"]);
    }
  });

  test("has no growing message until there is visible text", () => {
    const pieces = [text("1", ""), text("1", "\n"), text("1", "  ")];
    expect(textsOf(statusAfter(pieces, "tokens"))).toEqual(["Hello"]);
    expect(textsOf(statusAfter([...pieces, text("1", "x"), text("1", "y")], "tokens"))).toEqual(["Hello", "\n  xy"]);
    expect(textsOf(statusAfter([...pieces, asks], "tokens"))).toEqual(["Hello", "ls: /"]);
  });

  test("keeps the text that was shown before the model withdrew it", () => {
    expect(textsOf(statusAfter([text("1", "Hm."), asks], "tokens"))).toEqual(["Hello", "Hm.", "ls: /"]);
  });
});

describe("tool call", () => {
  test("is pending, running and completed in its message and in the list alike", () => {
    const events = [turn("1", "", call("c1")), started("c1"), ended("c1", "a.ts")];
    const states = [1, 2, 3].map((count) => statusAfter(events.slice(0, count)));
    expect(states.map(({ toolCalls }) => toolCalls[0]?.status)).toEqual([
      ToolCallStatus.TOOL_CALL_PENDING,
      ToolCallStatus.TOOL_CALL_RUNNING,
      ToolCallStatus.TOOL_CALL_COMPLETED,
    ]);
    for (const { messages, toolCalls } of states) expect(messages.at(-1)?.toolCalls).toEqual(toolCalls);
    expect(states[2]?.toolCalls[0]).toMatchObject({
      id: "c1",
      name: "ls",
      args: { path: "/" },
      result: "a.ts",
      error: "",
      startedAt: "2026-01-19T10:00:00.000Z",
      completedAt: "2026-01-19T10:00:05.000Z",
      componentMetadata: { componentType: "filesystem", componentGroup: "main-agent-tools" },
    });
  });

  test("contains error and result if it failed", () => {
    const [failed] = statusAfter([turn("1", "", call("c1")), ended("c1", "output", "exit code 1")]).toolCalls;
    expect(failed).toMatchObject({ status: ToolCallStatus.TOOL_CALL_FAILED, result: "output", error: "exit code 1" });
  });

  test("changes nothing if it was never requested", () => {
    const state = begin("Hello", "messages", at);
    expect(reduce(state, started("unknown"))).toBe(state);
    expect(reduce(state, ended("unknown", "result"))).toBe(state);
  });

  test("is not changed by a second end", () => {
    const status = statusAfter([turn("1", "", call("c1")), ended("c1", "first"), ended("c1", "second")]);
    expect(status.toolCalls[0]?.result).toBe("first");
  });
});

describe("repeated tool calls", () => {
  test("are all kept if they differ only in their ids", () => {
    const status = statusAfter([
      turn("1", "", call("c1"), call("c2")),
      turn("2", "", call("c3")),
      ended("c2", "second"),
      ended("c1", "first"),
      ended("c3", "third"),
    ]);
    expect(status.toolCalls.map(({ id, result }) => `${id} ${result}`)).toEqual(["c1 first", "c2 second", "c3 third"]);
    expect(kindsOf(status).filter((kind) => kind === "MESSAGE_TOOL")).toHaveLength(3);
  });

  test("get numbered ids if their ids repeat, and each gets its own result", () => {
    const status = statusAfter([
      turn("1", "", call("call_0")),
      started("call_0"),
      ended("call_0", "first"),
      turn("2", "", call("call_0"), call("call_0")),
      started("call_0"),
      ended("call_0", "second"),
      ended("call_0", "third"),
    ]);
    expect(status.toolCalls.map(({ id, result }) => `${id} ${result}`)).toEqual([
      "call_0 first",
      "call_0#2 second",
      "call_0#3 third",
    ]);
    const inMessages = status.messages.flatMap(({ toolCalls }) => toolCalls);
    expect(inMessages).toEqual(status.toolCalls);
  });
});

describe("to-do list", () => {
  const todos = (...entries: [string, "pending" | "in_progress" | "completed"][]): AgentEvent => ({
    ...main,
    type: "todos",
    todos: entries.map(([content, status]) => ({ content, status })),
  });

  test("is keyed by position", () => {
    const status = statusAfter([todos(["look", "completed"], ["fix", "in_progress"], ["test", "pending"])]);
    expect(Object.entries(status.todos).map(([id, { content, status: state }]) => [id, content, state])).toEqual([
      ["todo-1", "look", TodoStatus.TODO_COMPLETED],
      ["todo-2", "fix", TodoStatus.TODO_IN_PROGRESS],
      ["todo-3", "test", TodoStatus.TODO_PENDING],
    ]);
    expect(status.todos["todo-1"]?.id).toBe("todo-1");
  });

  test("records when an entry was created and last changed", () => {
    const status = statusAfter([
      todos(["look", "pending"], ["fix", "pending"]),
      { ...todos(["look", "completed"], ["fix", "pending"]), at: later },
    ]);
    expect(status.todos["todo-1"]).toMatchObject({
      createdAt: "2026-01-19T10:00:00.000Z",
      updatedAt: "2026-01-19T10:00:05.000Z",
    });
    expect(status.todos["todo-2"]?.updatedAt).toBe("2026-01-19T10:00:00.000Z");
  });

  test("is replaced as a whole", () => {
    const status = statusAfter([todos(["a", "pending"], ["b", "pending"]), todos(["c", "pending"])]);
    expect(Object.keys(status.todos)).toEqual(["todo-1"]);
  });
});

test("long ids and names of calls are cut, and calls remain distinguishable", () => {
  const id = "i".repeat(200_000);
  const name = "n".repeat(200_000);
  const { toolCalls } = statusAfter([
    turn("1", "", call(id, name), call(id, name)),
    ended(id, "first"),
    ended(id, "2nd"),
  ]);
  expect(toolCalls.map(({ result }) => result)).toEqual(["first", "2nd"]);
  expect(new Set(toolCalls.map((shown) => shown.id)).size).toBe(2);
  for (const shown of toolCalls) expect(shown.id.length + shown.name.length).toBeLessThan(450);
});

test("the reducer never changes a state in place", () => {
  const events = [turn("1", "", call("c1", "task")), started("c1"), ended("c1", "x")];
  let state = begin("Hello", "tokens", at);
  for (const event of [text("1", "Do"), text("1", "ne"), ...events]) {
    const before = structuredClone(state.status);
    const next = reduce(state, event);
    expect(structuredClone(state.status)).toEqual(before);
    state = next;
  }
});

test("call ids that look like numbered ones remain distinguishable", () => {
  const call = (id: string): RequestedCall => ({ id, name: "ls", args: {} });
  const ended = (callId: string): AgentEvent => ({ ...main, type: "tool-ended", callId, result: callId });
  const state = [
    turn("1", "", call("a"), call("a"), call("a#2"), call("b#1")),
    ended("a#2"),
    ended("b#1"),
    ended("a"),
  ].reduce(reduce, begin("Hi", "messages", at));
  const calls = state.status.toolCalls;
  expect(new Set(calls.map(({ id }) => id)).size).toBe(4);
  expect(calls.map(({ result }) => result)).toEqual(["a", "", "a#2", "b#1"]);
});
