import { describe, expect, test } from "bun:test";
import { AIMessage, AIMessageChunk, HumanMessage } from "@langchain/core/messages";
import type { AvailableTools } from "./rejections.ts";
import { cutsInARow, rejectionOf, rejectionsOf } from "./turn-notes.ts";
import { validAnswer, withText } from "./valid-answer.ts";

const available = { tools: ["ls", "write_file", "task", "write_todos"], subAgents: ["general-purpose"] };
const ls = (id: string, args: Record<string, unknown> = {}) => ({ id, name: "ls", args, type: "tool_call" as const });

describe("a valid answer", () => {
  test("is not changed", () => {
    const answer = new AIMessage({ id: "m1", content: "x", tool_calls: [ls("a")] });
    expect(validAnswer(answer, [], available)).toBe(answer);
    expect(rejectionsOf(answer)).toEqual([]);
  });

  test("gets a new id if its server gives all answers the same id", () => {
    const before = [new AIMessage({ id: "same", content: "one" })];
    const answer = validAnswer(new AIMessage({ id: "same", content: "two" }), before, available);
    expect(answer.id).not.toBe("same");
    expect(answer.content).toBe("two");
  });
});

test("calls of a sub-agent get other ids than those of the agent, if the server numbers them per answer", () => {
  const issued = new Set<string>();
  const answer = () => new AIMessage({ content: "", tool_calls: [ls("call_0", { path: "/" })] });
  const ids = [answer(), answer()].map((one) => validAnswer(one, [], available, undefined, issued).tool_calls?.[0]?.id);
  expect(ids[0]).toBe("call_0");
  expect(ids[1]).not.toBe("call_0");
});

test("a call of a tool that the model does not see is executed, and advice names the search instead of such tools", () => {
  const hidden = { ...available, hiddenTools: ["hidden"] };
  const call = new AIMessage({ content: "", tool_calls: [{ ...ls("a"), name: "hidden" }] });
  expect(rejectionsOf(validAnswer(call, [], hidden))).toEqual([]);
  expect(rejectionsOf(validAnswer(call, [], available))).toHaveLength(1);
  const unknown = new AIMessage({ content: "", tool_calls: [{ ...ls("b"), name: "unknown" }] });
  const advice = (tools: AvailableTools) => rejectionsOf(validAnswer(unknown, [], tools))[0]?.advice;
  expect(advice({ ...hidden, tools: [...available.tools, "search_tools"] })).toEndWith(
    "try one of [ls, write_file, task, write_todos, search_tools]. You have more tools than these: search_tools finds them.",
  );
  // An agent whose tools are few sees all of them, and has no search.
  expect(advice(hidden)).toEndWith("try one of [ls, write_file, task, write_todos].");
});

describe("an answer with invalid calls", () => {
  const content = [
    { type: "text", text: "I write.", index: 0 },
    { type: "text", text: " \n", index: 1 },
    { type: "tool_use", id: "a", name: "extract-x", input: "", index: 2 },
    { type: "input_json_delta", input: "{}", index: 2 },
  ];
  const answer = new AIMessage({
    id: "m1",
    content,
    tool_calls: [ls("a"), { ...ls("a"), name: "extract-x" }],
    additional_kwargs: {
      stop_reason: "tool_use",
      tool_calls: [{ id: "raw", type: "function", function: {} as never }],
    },
    response_metadata: { output: [{ type: "function_call" }], model: "m" },
  });
  const sound = validAnswer(answer, [], available);

  test("has its calls rebuilt, and no other form of them", () => {
    expect(sound.tool_calls?.map(({ name }) => name)).toEqual(["ls", "extract_x"]);
    expect(new Set(sound.tool_calls?.map(({ id }) => id)).size).toBe(2);
    expect(sound.content).toEqual([{ type: "text", text: "I write.", index: 0 }]);
    expect(sound.additional_kwargs.tool_calls).toBeUndefined();
    expect(sound.additional_kwargs["stop_reason"]).toBe("tool_use");
    expect(sound.response_metadata).toEqual({ model: "m" });
    expect(sound.id).toBe("m1");
  });

  test("notes which calls are not executed, for the model and for the user", () => {
    const [, second] = sound.tool_calls ?? [];
    expect(rejectionOf([new HumanMessage("x"), sound], second?.id ?? "")).toMatchObject({
      why: "not executed: there is no tool extract-x",
    });
    expect(rejectionOf([sound], "a")).toBeUndefined();
  });

  test("has none of its calls executed if it was cut off; complete ones are shown unchanged", () => {
    const reason = { why: "cut", advice: "go on" };
    const cut = validAnswer(
      new AIMessage({ content: "", tool_calls: [ls("a", { path: "/" })] }),
      [],
      available,
      reason,
    );
    expect(rejectionsOf(cut)).toEqual([{ callId: "a", ...reason }]);
    expect(cut.tool_calls).toMatchObject([{ id: "a", args: { path: "/" } }]);
  });

  test("keeps the readable part of arguments that were cut off", () => {
    const args = `{"file_path":"b.txt","content":"${"word ".repeat(10_000)}`;
    const chunks = [{ type: "tool_call_chunk" as const, index: 0, id: "a", name: "write_file", args }];
    const [call] =
      validAnswer(new AIMessageChunk({ content: "", tool_call_chunks: chunks }), [], available).tool_calls ?? [];
    expect(call?.args["file_path"]).toBe("b.txt");
    expect(String(call?.args["content"]).length).toBeLessThan(2_100);
  });
});

test("cut answers are counted since the last complete one and the user's message", () => {
  const reason = { why: "cut", advice: "go on" };
  const cut = () => validAnswer(new AIMessage({ content: "", tool_calls: [ls("a")] }), [], available, reason);
  const whole = new AIMessage("whole");
  const user = new HumanMessage("go");
  expect(cutsInARow([user])).toBe(0);
  expect(cutsInARow([user, cut(), whole, cut(), cut()])).toBe(2);
  expect(cutsInARow([cut(), cut(), user, cut()])).toBe(1);
});

test("a note follows the text of an answer, whatever its form", () => {
  expect(withText(new AIMessage("text"), "[note]").content).toBe("text\n\n[note]");
  expect(withText(new AIMessage(""), "[note]").text).toBe("[note]");
  expect(withText(new AIMessage({ content: [] }), "[note]").text).toBe("[note]");
  expect(withText(new AIMessage({ content: [{ type: "text", text: "text" }] }), "[note]").text).toBe("text\n\n[note]");
});
