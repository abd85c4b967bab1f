import { describe, expect, test } from "bun:test";
import { AIMessage } from "@langchain/core/messages";
import { turnEnd } from "./turn-end.ts";

type Fields = { readonly kwargs?: Record<string, unknown>; readonly metadata?: Record<string, unknown> };

const endOf = ({ kwargs = {}, metadata = {} }: Fields) =>
  turnEnd(new AIMessage({ content: "x", additional_kwargs: kwargs, response_metadata: metadata }));
const anthropic = (stop_reason: string) => endOf({ kwargs: { stop_reason } }).kind;
const chat = (finish_reason: string) => endOf({ metadata: { finish_reason } }).kind;
const ollama = (done_reason: string) => endOf({ metadata: { done: true, done_reason } }).kind;
const responses = (status: string, reason?: string) =>
  endOf({ metadata: { status, incomplete_details: reason === undefined ? null : { reason } } }).kind;

describe("an answer is complete", () => {
  test("if its stop reason says so", () => {
    for (const reason of ["end_turn", "tool_use", "stop_sequence"]) expect(anthropic(reason)).toBe("complete");
    for (const reason of ["stop", "tool_calls", "function_call"]) expect(chat(reason)).toBe("complete");
    expect(ollama("stop")).toBe("complete");
    expect(responses("completed")).toBe("complete");
  });

  test("if its server sends the stop reason twice and the client concatenates them", () => {
    expect(chat("stopstop")).toBe("complete");
    expect(anthropic("tool_usetool_use")).toBe("complete");
  });
});

describe("an answer is incomplete", () => {
  test("if it reached the limit of tokens", () => {
    expect([anthropic("max_tokens"), chat("length"), ollama("length")]).toEqual(["limit", "limit", "limit"]);
    expect(responses("incomplete", "max_output_tokens")).toBe("limit");
  });

  test("if the model's context is full", () => {
    expect(anthropic("model_context_window_exceeded")).toBe("context");
  });

  test("if it was refused or filtered", () => {
    expect(endOf({ kwargs: { stop_reason: "refusal", stop_details: { explanation: "not that" } } })).toEqual({
      kind: "refused",
      said: "not that",
    });
    expect(endOf({ kwargs: { refusal: "I cannot" }, metadata: { finish_reason: "stop" } })).toEqual({
      kind: "refused",
      said: "I cannot",
    });
    expect([chat("content_filter"), responses("incomplete", "content_filter")]).toEqual(["filtered", "filtered"]);
  });

  test("if its stop reason is unknown, also if it is the name of an inherited property", () => {
    expect(endOf({ kwargs: { stop_reason: "pause_turn" } })).toEqual({ kind: "other", reason: "pause_turn" });
    expect([ollama("load"), chat("__proto__"), chat("toString"), responses("in_progress")]).toEqual(
      Array(4).fill("other"),
    );
  });

  test("if it has no stop reason", () => {
    expect(endOf({})).toEqual({ kind: "broken" });
    expect(endOf({ kwargs: { stop_reason: null }, metadata: { done: true, done_reason: "" } }).kind).toBe("broken");
  });
});
