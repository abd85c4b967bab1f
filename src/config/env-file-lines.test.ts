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

test("what follows a quoted value is reported in the line where it is left out", () => {
  const text = [
    "A='it''s'",
    `B="one" 'two'`,
    'C="several',
    'lines"x',
    'D="a\\"b"',
    "E='x' # a comment",
    'export F="x";',
    'G="a\\\\"b',
    "H=`x`#y",
  ].join("\n");
  expect(malformedLines(text).map((line) => textOfLine(line, "my.env"))).toEqual(
    [1, 2, 4, 8].map(
      (line) =>
        `my.env:${line} has characters after the closing quote, which are left out: put all of the value in one pair of quotes.`,
    ),
  );
});

test("a quote after a backslash closes nothing", () => {
  expect(malformedLines('A="a\\"b\nB=1')).toEqual([
    { line: 1, problem: "opens a quote that is never closed: the quote becomes part of the value" },
  ]);
  expect(malformedLines('A="a\\"\nB=1 and\nno assignment"\nC=1')).toEqual([]);
});
