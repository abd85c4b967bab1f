import { expect, test } from "bun:test";
import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { foundNote, foundTools, KEPT_FOUND, MAX_FOUND } from "./found-tools.ts";

const found = (...names: string[]) =>
  new ToolMessage({ content: "", tool_call_id: "c", additional_kwargs: foundNote(names) });
const called = (name: string) => new AIMessage({ content: "", tool_calls: [{ id: "c", name, args: {} }] });
const all = () => true;

test("found and called tools are known in the order of their discovery", () => {
  const messages = [new HumanMessage("hi"), found("b", "a"), called("c"), called("a"), found("d", "b")];
  expect(foundTools(messages, all)).toEqual(["b", "a", "c", "d"]);
});

test("tools that do not exist are skipped, and so are notes that are none", () => {
  const broken = new ToolMessage({
    content: "",
    tool_call_id: "c",
    additional_kwargs: { agent_runner_found_tools: 1 },
  });
  expect(foundTools([found("gone", "here"), called("ls"), broken], (name) => name === "here")).toEqual(["here"]);
});

test("above the limit, the tools that were not used for longest are dropped, and the others keep their order", () => {
  const names = Array.from({ length: MAX_FOUND }, (_, index) => `t${index}`);
  const messages: BaseMessage[] = names.map((name) => found(name));
  messages.push(called("t0"));
  expect(foundTools(messages, all)).toEqual(names);
  messages.push(found("new"));
  const after = foundTools(messages, all);
  expect(after).toHaveLength(KEPT_FOUND);
  expect(after.slice(0, 2)).toEqual(["t0", `t${MAX_FOUND - KEPT_FOUND + 2}`]);
  expect(after.at(-1)).toBe("new");
  messages.push(called("t0"), found("t1"));
  expect(foundTools(messages, all)).toEqual([...after, "t1"]);
});
