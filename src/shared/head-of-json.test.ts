import { describe, expect, test } from "bun:test";
import { headOfJson } from "./head-of-json.ts";

describe("the head of JSON", () => {
  test("is all of a short value", () => {
    const value = { text: 'a "b"\n', list: [1, null, true, { deep: [[], {}] }], ["__proto__"]: "b" };
    expect(headOfJson(value, 1_000)).toBe(JSON.stringify(value));
  });

  test.each<[string, unknown]>([
    ["text", '"'.repeat(100_000)],
    ["list", Array.from({ length: 100_000 }, (_, index) => index)],
    ["object", Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key ${index}`, index]))],
    ["key", { ["k".repeat(100_000)]: 1 }],
  ])("is the beginning of a long %s", (_, value) => {
    expect(headOfJson(value, 1_000)).toBe(JSON.stringify(value).slice(0, 1_000));
  });

  test("has a depth", () => {
    const deep: unknown = JSON.parse(`${"[".repeat(10_000)}${"]".repeat(10_000)}`);
    expect(headOfJson(deep, 10_000)).toBe(`${"[".repeat(100)}"…"${"]".repeat(100)}`);
  });

  test("leaves the rest unread", () => {
    const unread = Object.defineProperty({ head: "x".repeat(1_000) }, "rest", {
      enumerable: true,
      get: () => {
        throw new Error("read");
      },
    });
    expect(headOfJson([unread], 1_000)).toStartWith('[{"head":"xxx');
  });
});
