import { describe, expect, test } from "bun:test";
import { alternatives, cutBetweenWords, cutMiddle, headOfWords, plural, wellFormed } from "./text.ts";

describe("cutBetweenWords", () => {
  test("does not change a text within the limit", () => {
    expect(cutBetweenWords("one two", 7)).toBe("one two");
    expect(headOfWords("one two", 7)).toBe("one two");
  });

  test("keeps whole words only, and says how much is missing", () => {
    expect(cutBetweenWords("one two three four five six seven", 20)).toBe("one two [… 21 characters cut …] seven");
    expect(headOfWords("one two three", 9)).toBe("one two");
  });

  test("keeps nothing of a word longer than the limit", () => {
    expect(cutBetweenWords("x".repeat(100), 20)).toBe("[… 100 characters cut …]");
    expect(headOfWords("x".repeat(100), 20)).toBe("");
  });
});

const note = (cut: number) => `[${cut}]`;

describe("cutMiddle", () => {
  test("does not change a text within the limit", () => {
    expect(cutMiddle("0123456789", 10, note)).toEqual({ text: "0123456789", cut: 0 });
  });

  test("keeps head and tail with a note between them", () => {
    expect(cutMiddle("0123456789abcdef", 10, note)).toEqual({ text: "012345[6]cdef", cut: 6 });
  });

  test("keeps no tail if the limit is too small", () => {
    expect(cutMiddle("abc", 1, note)).toEqual({ text: "a[2]", cut: 2 });
  });

  test("never splits a surrogate pair", () => {
    const { text } = cutMiddle("😀".repeat(20), 11, note);
    expect(text.isWellFormed()).toBe(true);
    expect(text).toStartWith("😀😀😀");
  });

  test("never splits a grapheme cluster, and counts what is missing", () => {
    const family = "👩🏽‍❤️‍💋‍👩🏽";
    const { text, cut } = cutMiddle(family.repeat(10), 50, note);
    expect(text).toBe(`${family.repeat(2)}[${cut}]${family}`);
    expect(cut).toBe(7 * family.length);
  });
});

describe("well-formed text", () => {
  test("stays the same", () => {
    expect(wellFormed("a😀b")).toBe("a😀b");
  });

  test("is produced by replacing lone surrogates", () => {
    expect(wellFormed("a\ud83d")).toBe("a\ufffd");
  });
});

test("plural() uses the singular for one only", () => {
  expect([0, 1, 2].map((count) => plural(count, "execution"))).toEqual(["0 executions", "1 execution", "2 executions"]);
});

test("alternatives() reads like a sentence", () => {
  expect(alternatives([])).toBe("");
  expect(alternatives(["a"])).toBe("a");
  expect(alternatives(["a", "b"])).toBe("a or b");
  expect(alternatives(["a", "b", "c"])).toBe("a, b or c");
});
