import { describe, expect, test } from "bun:test";
import { AIMessage, HumanMessage } from "@langchain/core/messages";
import { loopAdvice, nextAdvice } from "./loop-guard.ts";

describe("an agent that repeats itself", () => {
  test("is told to change its approach at the third same call in a row", () => {
    expect(loopAdvice(["a"])).toBeUndefined();
    expect(loopAdvice(["a", "a"])).toBeUndefined();
    expect(loopAdvice(["a", "a", "a"])).toBe("change-approach");
    expect(loopAdvice(["b", "a", "a", "a"])).toBe("change-approach");
  });

  test("is told to conclude at the fifth same call among the last ten", () => {
    expect(loopAdvice(["a", "b", "a", "b", "a", "b", "a", "b", "a"])).toBe("conclude");
    expect(loopAdvice(["a", "b", "c", "a", "b", "d", "a", "c", "a", "a"])).toBe("conclude");
    expect(loopAdvice(["a", "a", "a", "a", "a"])).toBe("conclude");
  });

  test("gets no advice for calls that are further back", () => {
    expect(loopAdvice(["a", "b", "c", "d", "e", "f", "a", "g", "a", "h", "a", "i", "a"])).toBeUndefined();
  });
});

describe("an agent that does not repeat itself", () => {
  test("gets no advice", () => {
    expect(loopAdvice([])).toBeUndefined();
    expect(loopAdvice(["a", "b", "c", "d"])).toBeUndefined();
    expect(loopAdvice(["a", "a", "b", "a"])).toBeUndefined();
  });

  test("gets no further advice after another call", () => {
    expect(loopAdvice(["a", "a", "a", "b"])).toBeUndefined();
  });
});

describe("advice", () => {
  const call = (name: string) =>
    new AIMessage({ content: "", tool_calls: [{ id: crypto.randomUUID(), name, args: {} }] });
  const given = (text = "") => new HumanMessage({ content: text, additional_kwargs: { lc_source: "loop-guard" } });

  test("is given once for a repetition, and again for a new one", () => {
    const messages = [new HumanMessage("Go"), call("a"), call("a"), call("a")];
    const first = nextAdvice(messages);
    expect(first).toContain("change your approach");
    messages.push(given(first));
    expect(nextAdvice(messages)).toBeUndefined();
    expect(nextAdvice([...messages, call("a")])).toBeUndefined();
    expect(nextAdvice([...messages, call("b"), call("b"), call("b")])).toContain("change your approach");
    expect(nextAdvice([...messages, call("a"), call("a")])).toContain("Stop calling tools");
  });

  test("only counts calls since the user's last message", () => {
    expect(nextAdvice([call("a"), call("a"), new HumanMessage("Again"), call("a")])).toBeUndefined();
  });
});
