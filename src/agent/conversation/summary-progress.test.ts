import { describe, expect, test } from "bun:test";
import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { SummaryProgress } from "./summary-progress.ts";

const asks = (text: string) =>
  new AIMessage({ content: "", tool_calls: [{ id: "1", name: "read_file", args: { file: text } }] });
const result = (text: string) => new ToolMessage({ content: text, tool_call_id: "1", name: "read_file" });

describe("a run with several summaries", () => {
  test("is ended if it only repeats itself between two of them", () => {
    const progress = new SummaryProgress();
    const messages: BaseMessage[] = [new HumanMessage("Go"), asks("a"), result("A")];
    progress.require("", messages);
    messages.push(asks("a"), result("A"));
    expect(() => progress.require("", messages)).toThrow("ran in circles");
  });

  test("continues with each new result or answer", () => {
    const progress = new SummaryProgress();
    const messages: BaseMessage[] = [asks("a"), result("A")];
    progress.require("", messages);
    messages.push(asks("a"), result("another A"));
    progress.require("", messages);
    messages.push(asks("a"), result("A"), new AIMessage("I see."));
    progress.require("", messages);
  });

  test("knows each conversation by itself", () => {
    const progress = new SummaryProgress();
    progress.require("", [asks("a"), result("A")]);
    progress.require("tools:1", [asks("a"), result("A")]);
  });
});
