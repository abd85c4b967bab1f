import { expect, test } from "bun:test";
import { typedLine } from "./typed-line.ts";

test.each<[string, readonly string[], number]>([
  ["tool ", ["tool", ""], 0],
  ["tool  run\t-", ["tool", "run", "-"], 0],
  ["tool --a=b", ["tool", "--a=b"], 4],
  ["tool --model=x:y", ["tool", "--model=x:y"], 10],
  ['tool \'a b\' "c \\" d" e\\ f', ["tool", "a b", 'c " d', "e f"], 0],
  ["tool 'open a", ["tool", "open a"], 0],
  ['tool --a="open=b', ["tool", "--a=open=b"], 4],
  ["tool '' x", ["tool", "", "x"], 0],
  ["tool a\\", ["tool", "a"], 0],
])("%s is taken apart as bash does", (line, words, kept) => {
  expect(typedLine(line, "\"'><=;|&(:")).toEqual({ words, kept });
});

test("without break characters, a word is one", () => {
  expect(typedLine("tool --a=b", "")).toEqual({ words: ["tool", "--a=b"], kept: 0 });
});
