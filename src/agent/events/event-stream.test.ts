import { describe, expect, test } from "bun:test";
import { AIMessage, AIMessageChunk, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { silentCalls } from "../../../test/support/silent-calls.ts";
import { withTurnNotes } from "../turns/turn-notes.ts";
import { UnusableAnswer } from "../turns/unusable-answer.ts";
import { agentEvents, type LibraryEvent } from "./event-stream.ts";

/** What the library's events become, without their times. */
async function translated(events: readonly LibraryEvent[], nodes: Readonly<Record<string, string>> = {}) {
  async function* stream() {
    yield* events;
  }
  const result = [];
  for await (const { at, ...event } of agentEvents(stream(), (node) => nodes[node], silentCalls)) {
    expect(at).toBeInstanceOf(Date);
    result.push(event);
  }
  return result;
}

const main = { kind: "main" } as const;
const turn = (message: AIMessage): LibraryEvent => [[], "updates", { model_request: { messages: [message] } }];
const answers = (...messages: ToolMessage[]): LibraryEvent => [[], "updates", { tools: { messages } }];

describe("an answer of the model", () => {
  test("is streamed in pieces", async () => {
    const piece = (content: string): LibraryEvent => [[], "messages", [new AIMessageChunk({ id: "m1", content }), {}]];
    expect(await translated([piece("Hel"), piece(""), piece("lo")])).toEqual([
      { type: "text", actor: main, turnId: "m1", text: "Hel" },
      { type: "text", actor: main, turnId: "m1", text: "lo" },
    ]);
  });

  test("belongs to one turn until that ends, whatever ids the server gives", async () => {
    const piece = (id: string, content: string): LibraryEvent => [
      [],
      "messages",
      [new AIMessageChunk({ id, content }), {}],
    ];
    const events = [
      piece("m1", "One"),
      piece("m2", " two"),
      turn(new AIMessage({ id: "m3", content: "One two" })),
      piece("m1", "Three"),
      turn(new AIMessage({ id: "m1", content: "Three" })),
    ];
    expect((await translated(events)).map((event) => "turnId" in event && event.turnId)).toEqual(Array(5).fill("m1"));
  });

  test("is withdrawn if the model is asked again", async () => {
    const piece = (content: string): LibraryEvent => [[], "messages", [new AIMessageChunk({ id: "m1", content }), {}]];
    const again: LibraryEvent = [[], "custom", { type: "agent-runner-asked-again" }];
    const elsewhere: LibraryEvent = [["tools:1"], "custom", { type: "agent-runner-asked-again" }];
    expect(
      await translated([again, piece("Hel"), elsewhere, again, again, [[], "custom", null], piece("Hello")]),
    ).toEqual([
      { type: "text", actor: main, turnId: "m1", text: "Hel" },
      { type: "text-withdrawn", actor: main, turnId: "m1" },
      { type: "text", actor: main, turnId: "m1", text: "Hello" },
    ]);
  });

  test("is passed on with its calls before the error, if it is unusable", async () => {
    const refusals = [{ callId: "c1", why: "cut", advice: "" }];
    const answer = new AIMessage({
      id: "m1",
      content: "Half",
      tool_calls: [{ id: "c1", name: "ls", args: {} }],
      additional_kwargs: withTurnNotes({}, { cut: true, refusals }),
    });
    async function* stream(): AsyncGenerator<LibraryEvent> {
      yield [[], "messages", [new AIMessageChunk({ id: "grows", content: "Ha" }), {}]];
      throw new Error("wrapped", { cause: new UnusableAnswer(answer, "cut") });
    }
    const seen: unknown[] = [];
    const read = async () => {
      for await (const { at: _, ...event } of agentEvents(stream(), () => undefined, silentCalls)) seen.push(event);
    };
    await expect(read()).rejects.toThrow("wrapped");
    expect(seen.slice(1)).toEqual([
      { type: "turn", actor: main, turnId: "grows", text: "Half", calls: [{ id: "c1", name: "ls", args: {} }] },
      { type: "tool-ended", actor: main, callId: "c1", result: "", failure: "cut" },
    ]);
  });

  test("is not taken from complete messages, which come as updates too", async () => {
    const events: LibraryEvent[] = [
      [[], "messages", [new AIMessage({ id: "m1", content: "whole" }), {}]],
      [[], "messages", [new ToolMessage({ content: "result", tool_call_id: "c1" }), {}]],
    ];
    expect(await translated(events)).toEqual([]);
  });

  test("ends with a turn that has the whole text and the calls", async () => {
    const message = new AIMessage({
      id: "m1",
      content: [{ type: "text", text: "I look." }],
      tool_calls: [
        { id: "c1", name: "ls", args: { path: "/" } },
        { id: "c2", name: "ls", args: { path: "/" } },
      ],
    });
    expect(await translated([turn(message)])).toEqual([
      {
        type: "turn",
        actor: main,
        turnId: "m1",
        text: "I look.",
        calls: [
          { id: "c1", name: "ls", args: { path: "/" } },
          { id: "c2", name: "ls", args: { path: "/" } },
        ],
      },
    ]);
  });

  test("includes calls with invalid JSON", async () => {
    const message = new AIMessage({
      id: "m1",
      content: "",
      invalid_tool_calls: [{ id: "c1", name: "ls", args: '{"path', error: "cut off", type: "invalid_tool_call" }],
    });
    expect(await translated([turn(message)])).toMatchObject([
      { calls: [{ id: "c1", name: "ls", args: { raw: '{"path' } }] },
    ]);
  });
});

describe("a tool call", () => {
  test("starts with an event", async () => {
    const events: LibraryEvent[] = [
      [[], "tools", { event: "on_tool_start", toolCallId: "c1" }],
      [[], "tools", { event: "on_tool_end", toolCallId: "c1" }],
      [[], "tools", { event: "on_tool_start" }],
    ];
    expect(await translated(events)).toEqual([{ type: "tool-started", actor: main, callId: "c1" }]);
  });

  test("ends with the result that the agent received", async () => {
    const message = new ToolMessage({ content: "a.ts\nb.ts", tool_call_id: "c1", status: "success" });
    expect(await translated([answers(message)])).toEqual([
      { type: "tool-ended", actor: main, callId: "c1", result: "a.ts\nb.ts" },
    ]);
  });

  test("ends with the failure and the file of the whole result that are noted on its message", async () => {
    const artifact = { failure: "exit code 1", keptAt: "/root/result.txt" };
    const message = new ToolMessage({ content: "long", tool_call_id: "c1", artifact });
    expect(await translated([answers(message)])).toEqual([
      { type: "tool-ended", actor: main, callId: "c1", result: "long", ...artifact },
    ]);
  });

  test("has failed if the library says so, such as for a tool that does not exist", async () => {
    const message = new ToolMessage({ content: "no such tool", tool_call_id: "c1", status: "error" });
    expect(await translated([answers(message)])).toMatchObject([{ callId: "c1", failure: "no such tool" }]);
  });
});

test("the list of todos comes with the result of the call that wrote it", async () => {
  const todos = [{ content: "look", status: "in_progress" }] as const;
  const message = new ToolMessage({ content: "Updated", tool_call_id: "c1" });
  expect(await translated([[[], "updates", { tools: { messages: [message], todos } }]])).toMatchObject([
    { type: "tool-ended", callId: "c1" },
    { type: "todos", actor: main, todos },
  ]);
});

test("an empty list of todos is an event too", async () => {
  expect(await translated([[[], "updates", { tools: { todos: [] } }]])).toEqual([
    { type: "todos", actor: main, todos: [] },
  ]);
});

test("events of sub-agents carry the call that started them", async () => {
  const events: LibraryEvent[] = [
    [["tools:1"], "messages", [new AIMessageChunk({ id: "m2", content: "sub" }), {}]],
    [["tools:1", "model_request:2"], "tools", { event: "on_tool_start", toolCallId: "c9" }],
    [["tools:unknown"], "tools", { event: "on_tool_start", toolCallId: "c10" }],
  ];
  expect(await translated(events, { "tools:1": "call-of-task" })).toEqual([
    { type: "text", actor: { kind: "sub-agent", callId: "call-of-task" }, turnId: "m2", text: "sub" },
    { type: "tool-started", actor: { kind: "sub-agent", callId: "call-of-task" }, callId: "c9" },
    { type: "tool-started", actor: { kind: "sub-agent", callId: "" }, callId: "c10" },
  ]);
});

test("updates of other nodes of the library's graph are ignored", async () => {
  const events: LibraryEvent[] = [
    [[], "updates", { "agentRunnerLoopGuard.before_model": { messages: [new HumanMessage("[Runner] …")] } }],
    [[], "updates", { model_request: null, tools: null }],
    [[], "updates", { model_request: { messages: [new HumanMessage("not the model's")] } }],
  ];
  expect(await translated(events)).toEqual([]);
});
