import { describe, expect, test } from "bun:test";
import { AIMessage, AIMessageChunk, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { Fingerprint } from "./fingerprint.ts";

describe("Fingerprint", () => {
  test("can be taken of messages from models, tools and users", () => {
    const chunk = new AIMessageChunk({
      content: "Hi",
      tool_call_chunks: [{ type: "tool_call_chunk", id: "1", name: "ls", args: '{"path":"/"}', index: 0 }],
      response_metadata: { model: "m", done: true },
    });
    Object.assign(chunk, { usage_metadata: { input_tokens: 1, output_tokens: 1, total_tokens: 2 } });
    const messages = [
      chunk,
      chunk.concat(new AIMessageChunk({ content: [{ type: "text", text: " there" }] })),
      new AIMessage({ content: "", tool_calls: [{ id: "1", name: "ls", args: { deep: { list: [{}] } } }] }),
      new ToolMessage({ content: "x", tool_call_id: "1", artifact: { failure: "exit code 1" } }),
      new HumanMessage({ content: [{ type: "image_url", image_url: { url: "data:" } }] }),
    ];
    for (const message of messages) expect(Fingerprint.of(message)?.matches(message)).toBe(true);
  });

  test("does not match after any change, at any depth", () => {
    const changes: ((value: { a: unknown; list: unknown[]; deep: Record<string, unknown> }) => void)[] = [
      (value) => Object.assign(value, { a: 2 }),
      (value) => Object.assign(value, { a: "1" }),
      (value) => Object.assign(value, { more: undefined }),
      (value) => value.list.push(3),
      (value) => value.list.reverse(),
      (value) => Object.assign(value.deep, { text: "other" }),
      (value) => Object.assign(value.deep, { text: ["text"] }),
      (value) => delete value.deep["text"],
    ];
    for (const change of changes) {
      const value = { a: 1, list: [1, 2], deep: { text: "text" } };
      const fingerprint = Fingerprint.of(value);
      expect(fingerprint?.matches(value)).toBe(true);
      change(value);
      expect(fingerprint?.matches(value)).toBe(false);
    }
  });

  test("cannot be taken of values that change unnoticed or are circular", () => {
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    for (const value of [{ map: new Map() }, { date: new Date() }, circle])
      expect(Fingerprint.of(value)).toBeUndefined();
  });
});
