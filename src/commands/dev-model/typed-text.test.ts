import { describe, expect, test } from "bun:test";
import { MAX_TYPED, type Typed, TypedText } from "./typed-text.ts";

function typed(...chunks: readonly string[]): Typed | undefined {
  const text = new TypedText();
  for (const chunk of chunks) {
    const end = text.feed(chunk);
    if (end !== undefined) return end;
  }
  return undefined;
}

const line = (text: string): Typed => ({ kind: "line", text });

describe("typed text", () => {
  test.each<[string, readonly string[], Typed | undefined]>([
    ["is a line at Enter", ["a", "b", "\r"], line("ab")],
    ["is not complete before that", ["ab"], undefined],
    ["is empty at Enter alone", ["\r"], line("")],
    ["may be pasted with a line break at its end", ["key\n"], line("key")],
    ["may be pasted with line breaks before it", ["\r\n\nkey\r"], line("key")],
    ["ends at the first line break after it", ["key\nrm -rf x\n"], line("key")],
    ["loses white space around it", ["  key\t \r"], line("key")],
    ["loses control characters", ["k\x00e\x07y\u200b\u202e\r"], line("key")],
    ["loses the marks of bracketed paste", ["\x1b[200~key\x1b[201~", "\r"], line("key")],
    ["loses arrow keys", ["k\x1b[D", "\x1bOAey\r"], line("key")],
    ["can be corrected", ["kex", "\x7f", "y\r"], line("key")],
    ["can be begun again", ["wrong\x15key\r"], line("key")],
    ["is interrupted by Ctrl-C", ["key", "\x03"], { kind: "interrupted" }],
    ["ends at Ctrl-D if it is empty", ["\x04"], { kind: "ended" }],
    ["does not end at Ctrl-D in it", ["ke\x04y\r"], line("key")],
  ])("%s", (_, chunks, expected) => {
    expect(typed(...chunks)).toEqual(expected);
  });

  test("has a limit", () => {
    expect(typed("x".repeat(5 * MAX_TYPED), "\r")).toEqual(line("x".repeat(MAX_TYPED)));
  });
});
