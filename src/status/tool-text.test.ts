import { describe, expect, test } from "bun:test";
import { ARGUMENT_DEPTH, ARGUMENT_ENTRIES, ARGUMENT_LIMIT, RESULT_LIMIT } from "./limits.ts";
import { boundedArguments, boundedResult } from "./tool-text.ts";

describe("bounded result", () => {
  test("is unchanged within the limit", () => {
    const text = "x".repeat(RESULT_LIMIT);
    expect(boundedResult(text, "/kept.txt")).toBe(text);
  });

  test("says where it was cut, how much is missing, and where the whole result is", () => {
    const text = boundedResult(`start${"x".repeat(RESULT_LIMIT)}end`, "/kept.txt");
    expect(text).toStartWith("start");
    expect(text).toEndWith("end");
    expect(text).toContain("[… 8 characters cut; the whole result is in /kept.txt …]");
    expect(text.length).toBeLessThan(RESULT_LIMIT + 100);
  });

  test("names no file if the result was not stored", () => {
    expect(boundedResult("x".repeat(RESULT_LIMIT + 1), undefined)).toContain("[… 1 characters cut …]");
  });

  test("is well-formed Unicode, as protobuf requires", () => {
    expect(boundedResult("a\ud83d", undefined)).toBe("a\ufffd");
    expect(boundedResult("😀".repeat(RESULT_LIMIT), undefined).isWellFormed()).toBe(true);
  });
});

describe("bounded arguments", () => {
  test("are unchanged within the limits", () => {
    const args = { path: "/", depth: 2, deep: { list: [1, "two", null, true] }, nothing: null };
    expect(boundedArguments(args)).toEqual(args);
  });

  test("contain cut texts in place of long ones", () => {
    const { content } = boundedArguments({ content: "x".repeat(ARGUMENT_LIMIT + 500) });
    expect(content).toContain("500 characters cut");
    expect(String(content).length).toBeLessThan(ARGUMENT_LIMIT + 100);
  });

  test("contain cut lists and objects in place of large ones, with a note", () => {
    const list = Array.from({ length: ARGUMENT_ENTRIES + 5 }, (_, index) => index);
    const bounded = boundedArguments({ list, object: Object.fromEntries(list.map((n) => [`k${n}`, n])) });
    expect(bounded["list"]).toHaveLength(ARGUMENT_ENTRIES + 1);
    expect(JSON.stringify(bounded["list"])).toContain("5 entries cut");
    expect(Object.keys(bounded["object"] ?? {})).toHaveLength(ARGUMENT_ENTRIES + 1);
    expect(JSON.stringify(bounded["object"])).toContain("5 entries cut");
  });

  test("contain no deep nesting", () => {
    let deep: unknown = "bottom";
    for (let level = 0; level < 10_000; level++) deep = { deep };
    const text = JSON.stringify(boundedArguments({ deep }));
    expect(text).toContain("nested too deeply");
    expect(text.match(/"deep"/g)).toHaveLength(ARGUMENT_DEPTH);
  });

  test("contain only JSON values", () => {
    expect(boundedArguments({ a: Number.NaN, b: Number.POSITIVE_INFINITY, c: undefined, d: 12n, e: "\ud83d" })).toEqual(
      {
        a: "NaN",
        b: "Infinity",
        c: null,
        d: "12",
        e: "\ufffd",
      },
    );
  });
});
