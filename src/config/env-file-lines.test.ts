import { expect, test } from "bun:test";
import { malformedLines, textOfLine } from "./env-file-lines.ts";

test("malformed lines of an env file are reported by file and number, without their content", () => {
  const text = [
    "# comment",
    "",
    "A=1",
    "  export B = 2 # more",
    "sk-secret-pasted",
    "C='several",
    "lines = here",
    "end'",
    "D=",
    "two words=x",
    'E="open',
    "F=1",
  ].join("\n");
  expect(malformedLines(text).map((line) => textOfLine(line, "my.env"))).toEqual([
    "my.env:5 is not of the form NAME=value and has no effect.",
    "my.env:10 is not of the form NAME=value and has no effect.",
    "my.env:11 opens a quote that is never closed: the quote becomes part of the value.",
  ]);
  expect(malformedLines("A=1\r\nB='x'\r\n")).toEqual([]);
});
