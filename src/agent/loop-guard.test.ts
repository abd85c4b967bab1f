import { describe, expect, test } from "bun:test";
import { loopAdvice } from "./loop-guard.ts";

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

  test("is not told anything for calls that lie further back", () => {
    expect(loopAdvice(["a", "b", "c", "d", "e", "f", "a", "g", "a", "h", "a", "i", "a"])).toBeUndefined();
  });
});

describe("an agent that goes on", () => {
  test("is not told anything", () => {
    expect(loopAdvice([])).toBeUndefined();
    expect(loopAdvice(["a", "b", "c", "d"])).toBeUndefined();
    expect(loopAdvice(["a", "a", "b", "a"])).toBeUndefined();
  });

  test("is not told again after it did something else", () => {
    expect(loopAdvice(["a", "a", "a", "b"])).toBeUndefined();
  });
});
