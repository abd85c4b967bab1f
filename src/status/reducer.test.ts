import { describe, expect, test } from "bun:test";
import {
  at,
  call,
  ended,
  kindsOf,
  later,
  main,
  started,
  statusAfter,
  text,
  textsOf,
  turn,
} from "../../test/support/status-events.ts";
import type { AgentEvent } from "../agent/index.ts";
import { ExecutionPhase, TodoStatus } from "../stigmer/index.ts";
import { reduce } from "./reducer.ts";
import { initialState } from "./status-state.ts";

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

test("a notice is a message of the runner, in its place among the others", () => {
  const notice: AgentEvent = { ...main, type: "notice", text: "The server a does not start." };
  const status = statusAfter([notice, turn("1", "Done.")]);
  expect(kindsOf(status)).toEqual(["MESSAGE_HUMAN", "MESSAGE_SYSTEM", "MESSAGE_AI"]);
  expect(textsOf(status)).toEqual(["Hello", "The server a does not start.", "Done."]);
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

test("the reducer never changes a state in place", () => {
  const events = [turn("1", "", call("c1", "task")), started("c1"), ended("c1", "x")];
  let state = initialState("Hello", "tokens", at);
  for (const event of [text("1", "Do"), text("1", "ne"), ...events]) {
    const before = structuredClone(state.status);
    const next = reduce(state, event);
    expect(structuredClone(state.status)).toEqual(before);
    state = next;
  }
});
