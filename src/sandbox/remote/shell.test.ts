import { describe, expect, test } from "bun:test";
import { assignments, parseAnswer, quote } from "./shell.ts";

function run(script: string): string {
  return Bun.spawnSync(["sh", "-c", script]).stdout.toString();
}

const ODD = ["", "it's", "a\nb", "$HOME `id` $(id)", '"\\', "-n", "ü€", "*", "a'\\''b"];

describe("quoting for a shell", () => {
  test.each(ODD)("keeps %j as it is", (text) => {
    expect(run(`printf %s ${quote(text)}`)).toBe(text);
  });

  test.each(ODD)("keeps %j as the value of a variable", (value) => {
    expect(run(`${assignments({ value })}printf %s "$value"`)).toBe(value);
  });
});

describe("the answer of a script", () => {
  test.each([
    ["@ok\n", { word: "ok", rest: "" }],
    ["@ok", { word: "ok", rest: "" }],
    ["@not-found\nmore\n", { word: "not-found", rest: "more\n" }],
    ["@ok\n@ok\n", { word: "ok", rest: "@ok\n" }],
  ])("%j is split into a word and the rest", (output, answer) => {
    expect(parseAnswer(output)).toEqual(answer);
  });

  test.each(["", "sh: not found", "x\n@ok\n", "@", "@OK\n", "@ok 1"])("%j is not an answer", (output) => {
    expect(parseAnswer(output)).toBeUndefined();
  });
});
