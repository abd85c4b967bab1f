import { describe, expect, test } from "bun:test";
import { AIMessage, type BaseMessage, HumanMessage, SystemMessage } from "@langchain/core/messages";
import type { TodoEntry } from "../events/agent-event.ts";
import { todoList } from "./todo-list.ts";

const open: readonly TodoEntry[] = [
  { content: "Read", status: "completed" },
  { content: "Write", status: "pending" },
];
const wrote = new AIMessage({ content: "", tool_calls: [{ id: "1", name: "write_todos", args: {} }] });

/** What a call of the model gets, and what is told meanwhile. */
async function called(messages: BaseMessage[], todos: readonly TodoEntry[], all = messages) {
  const told: unknown[] = [];
  let sent: readonly BaseMessage[] = [];
  const { wrapModelCall } = todoList();
  const request = {
    messages,
    systemMessage: new SystemMessage("You help."),
    state: { messages: all, todos },
    runtime: { writer: (chunk: unknown) => told.push(chunk) },
  };
  await wrapModelCall?.(
    request as never,
    (async (inner: { messages: readonly BaseMessage[] }) => {
      sent = inner.messages;
      return new AIMessage("Yes.");
    }) as never,
  );
  return { told, texts: sent.map(({ text }) => text) };
}

describe("the to-do list of a thread", () => {
  test("is told at the start of an execution if something is open", async () => {
    const messages = [new HumanMessage("Plan"), wrote, new HumanMessage("Go on")];
    const { told, texts } = await called(messages, open);
    expect(told).toEqual([{ type: "agent-runner-todos", todos: open }]);
    expect(texts).toEqual(["Plan", "", "Go on"]);
  });

  test("is not told in the middle of one, or if all is done", async () => {
    expect((await called([new HumanMessage("Go on"), wrote], open)).told).toEqual([]);
    const done = open.map(({ content }) => ({ content, status: "completed" as const }));
    expect(await called([new HumanMessage("Hi")], done)).toEqual({ told: [], texts: ["Hi"] });
    expect(await called([new HumanMessage("Hi")], [])).toEqual({ told: [], texts: ["Hi"] });
  });

  test("is repeated for the agent if a summary has replaced the call that wrote it", async () => {
    const { texts } = await called([new HumanMessage("A summary.")], open);
    expect(texts).toEqual([
      "A summary.",
      "[Runner] Your to-do list, from before the conversation was summarized:\n- [completed] Read\n- [pending] Write",
    ]);
  });
});
