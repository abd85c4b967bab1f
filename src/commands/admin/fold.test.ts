import { describe, expect, test } from "bun:test";
import { widthOf } from "../../shared/width.ts";
import { fold, foldPair } from "./fold.ts";

const TEXTS = [
  "    → Start Redis, or correct REDIS_URL: it is redis://127.0.0.1:6379 at the moment",
  "日本語のエージェントは長い名前を持っています、そして空白がありません",
  "👩🏽‍❤️‍💋‍👩🏽 ".repeat(20),
  "a".repeat(500),
  "word ".repeat(500),
];

describe("fold", () => {
  test("leaves a text as it is that fits, or if there is no terminal", () => {
    expect(fold("  two  words", 12)).toEqual(["  two  words"]);
    for (const text of TEXTS) expect(fold(text, undefined)).toEqual([text]);
  });

  test.each([20, 40, 60, 80])("makes no line wider than %d columns", (columns) => {
    for (const text of TEXTS) {
      const lines = fold(text, columns);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      expect(lines.length).toBeLessThanOrEqual(12);
    }
  });

  test("breaks at spaces, indents what follows, and cuts a long word visibly", () => {
    expect(fold("    → Start it, or correct redis://127.0.0.1:6379", 20)).toEqual([
      "    → Start it, or",
      "    correct",
      "    redis://127.0.0…",
    ]);
  });

  test("says that lines are missing", () => {
    expect(fold("word ".repeat(500), 20).at(-1)).toEndWith("…");
  });
});

describe("foldPair", () => {
  test("puts a value beside its name, or below it if there is little room", () => {
    const value = "the model cannot be reached: start it, and send the message again";
    expect(foldPair("reason", value, 12, undefined)).toEqual([`reason       ${value}`]);
    expect(foldPair("reason", value, 12, 60)).toEqual([
      "reason       the model cannot be reached: start it, and send",
      "             the message again",
    ]);
    expect(foldPair("reason", value, 12, 40)[0]).toBe("reason");
    expect(foldPair("reason", value, 12, 40)[1]).toBe("  the model cannot be reached: start it,");
  });
});
