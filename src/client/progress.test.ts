import { describe, expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import {
  AgentExecutionSchema,
  type AgentMessage,
  AgentMessageSchema,
  MessageType,
  TodoItemSchema,
  TodoStatus,
  ToolCallStatus,
} from "../stigmer/index.ts";
import { activityOf, type Progress, ProgressReader } from "./progress.ts";

const { TOOL_CALL_PENDING, TOOL_CALL_RUNNING, TOOL_CALL_COMPLETED, TOOL_CALL_FAILED } = ToolCallStatus;

const message = (type: MessageType, content: string) => create(AgentMessageSchema, { type, content });
const says = (content: string) => message(MessageType.MESSAGE_AI, content);
const notice = (content: string) => message(MessageType.MESSAGE_SYSTEM, content);
const calls = (id: string, status: ToolCallStatus, componentType = "terminal") =>
  create(AgentMessageSchema, {
    type: MessageType.MESSAGE_TOOL,
    content: `execute: ${id}`,
    toolCalls: [{ id, status, startedAt: "2026-01-19T10:00:00Z", componentMetadata: { componentType } }],
  });

/** An execution with these messages after the user's, and a list with these entries. */
function state(messages: AgentMessage[], entries: Readonly<Record<string, string>> = {}) {
  const todos = Object.entries(entries).map(
    ([id, content]) => [id, create(TodoItemSchema, { id, content, status: TodoStatus.TODO_PENDING })] as const,
  );
  return create(AgentExecutionSchema, {
    status: { messages: [message(MessageType.MESSAGE_HUMAN, "Hello"), ...messages], todos: Object.fromEntries(todos) },
  });
}

/** What is new in each state, in few words. */
function progress(...states: ReturnType<typeof state>[]): string[][] {
  const reader = new ProgressReader();
  return states.map((execution) => [...reader.read(execution)].map(inWords));
}

function inWords(found: Progress): string {
  switch (found.type) {
    case "text":
      return `${found.starts ? "" : "…"}${found.text}`;
    case "notice":
      return `notice: ${found.text}`;
    case "call-ended":
      return `${found.label} ${ToolCallStatus[found.call.status]}`;
    case "task-started":
      return `▸ ${found.label}`;
    case "task-ended":
      return `task ended: ${found.label}`;
    case "sub-agent-call-ended":
      return `${found.task.tag}: ${found.label} ${ToolCallStatus[found.call.status]}`;
    case "todos":
      return found.todos.map(({ content }) => content).join(", ");
  }
}

describe("progress", () => {
  test("is the whole text if an interrupted answer was replaced", () => {
    expect(
      progress(state([says("The first ha")]), state([]), state([says("A whole")]), state([says("A whole answer.")])),
    ).toEqual([["The first ha"], [], ["A whole"], ["… answer."]]);
  });

  test("contains only what is new", () => {
    const whole = [says("I look."), calls("c1", TOOL_CALL_COMPLETED), says("Done.")];
    expect(progress(state([]), state(whole.slice(0, 1)), state(whole), state(whole))).toEqual([
      [],
      ["I look."],
      ["execute: c1 TOOL_CALL_COMPLETED", "Done."],
      [],
    ]);
  });

  test("is the new end of a growing message", () => {
    expect(progress(state([says("I lo")]), state([says("I look")]), state([says("I look."), says("Done.")]))).toEqual([
      ["I lo"],
      ["…ok"],
      ["….", "Done."],
    ]);
  });

  test("is the whole message if the model started again", () => {
    expect(progress(state([says("I beg")]), state([]), state([says("Let me see.")]))).toEqual([
      ["I beg"],
      [],
      ["Let me see."],
    ]);
    expect(progress(state([says("I beg")]), state([says("I")]), state([says("I begin.")]))).toEqual([
      ["I beg"],
      [],
      ["…in."],
    ]);
  });

  test("contains a call when it has ended, with any outcome", () => {
    expect(
      progress(
        state([calls("c1", TOOL_CALL_PENDING)]),
        state([calls("c1", TOOL_CALL_RUNNING)]),
        state([calls("c1", TOOL_CALL_FAILED)]),
        state([calls("c1", TOOL_CALL_FAILED)]),
      ),
    ).toEqual([[], [], ["execute: c1 TOOL_CALL_FAILED"], []]);
  });

  test("contains calls with equal ids once each", () => {
    const both = [calls("c1", TOOL_CALL_COMPLETED), calls("c1", TOOL_CALL_COMPLETED)];
    expect(progress(state(both), state(both))[0]).toHaveLength(2);
  });

  test("contains the ordered to-do list instead of the call that wrote it", () => {
    const todos = { "todo-10": "tenth", "todo-2": "second", "todo-1": "first" };
    expect(progress(state([calls("c1", TOOL_CALL_COMPLETED, "todo")], todos))).toEqual([["first, second, tenth"]]);
  });

  test("contains the failed call if writing the list failed", () => {
    expect(progress(state([calls("c1", TOOL_CALL_FAILED, "todo")]))).toEqual([["execute: c1 TOOL_CALL_FAILED"]]);
  });

  test("contains a notice once", () => {
    const states = state([notice("The model is gone.")]);
    expect(progress(states, states)).toEqual([["notice: The model is gone."], []]);
  });

  test("is empty without a status", () => {
    expect(progress(create(AgentExecutionSchema))).toEqual([[]]);
  });
});

describe("current activity", () => {
  test("consists of open calls and the to-do list", () => {
    const messages = [calls("c1", TOOL_CALL_COMPLETED), calls("c2", TOOL_CALL_RUNNING), calls("c3", TOOL_CALL_PENDING)];
    expect(activityOf(state(messages, { "todo-1": "first" }))).toMatchObject({
      running: [
        { label: "execute: c2", startedAt: "2026-01-19T10:00:00Z" },
        { label: "execute: c3", startedAt: "2026-01-19T10:00:00Z" },
      ],
      todos: [{ content: "first" }],
    });
  });

  test("is empty without a status", () => {
    expect(activityOf(create(AgentExecutionSchema))).toEqual({ running: [], todos: [] });
  });
});
