import { expect, test } from "bun:test";
import { AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { imagesAfterResults } from "./images-of-tools.ts";

test("images of results follow all results of their turn", () => {
  const image = { type: "image", mimeType: "image/png", data: "AAAA" };
  const pdf = { type: "file", mimeType: "application/pdf", data: "BBBB" };
  const result = (tool_call_id: string, content: ToolMessage["content"]) => new ToolMessage({ tool_call_id, content });
  const changed = imagesAfterResults([
    new HumanMessage("Look"),
    result("a", [{ type: "text", text: "A dot:" }, image]),
    result("b", "text"),
    result("c", [pdf]),
    new AIMessage("Seen."),
    result("d", [image]),
  ]);
  const url = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };
  const images = [{ type: "text", text: "The images of the results:" }, url];
  expect(changed.map(({ type, content }) => [type, content])).toEqual([
    ["human", "Look"],
    ["tool", "A dot:\n[image/png, shown after the results]"],
    ["tool", "text"],
    ["tool", "[application/pdf, not shown]"],
    ["human", images],
    ["ai", "Seen."],
    ["tool", "[image/png, shown after the results]"],
    ["human", images],
  ] as never);
});
