import { describe, expect, test } from "bun:test";
import { at, call, ended, kindsOf, main, started, statusAfter, turn } from "../../test/support/status-events.ts";
import type { AgentEvent, RequestedCall } from "../agent/index.ts";
import { ToolCallStatus } from "../stigmer/index.ts";
import { reduce } from "./reducer.ts";
import { initialState } from "./status-state.ts";

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
    const state = initialState("Hello", "messages", at);
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

test("call ids that look like numbered ones remain distinguishable", () => {
  const call = (id: string): RequestedCall => ({ id, name: "ls", args: {} });
  const ended = (callId: string): AgentEvent => ({ ...main, type: "tool-ended", callId, result: callId });
  const state = [
    turn("1", "", call("a"), call("a"), call("a#2"), call("b#1")),
    ended("a#2"),
    ended("b#1"),
    ended("a"),
  ].reduce(reduce, initialState("Hi", "messages", at));
  const calls = state.status.toolCalls;
  expect(new Set(calls.map(({ id }) => id)).size).toBe(4);
  expect(calls.map(({ result }) => result)).toEqual(["a", "", "a#2", "b#1"]);
});
