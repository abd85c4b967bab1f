import { describe, expect, test } from "bun:test";
import { assignments, commandLine, parseAnswer, quote } from "./shell.ts";

function run(line: string, shell = ["sh", "-c"]): string {
  return Bun.spawnSync([...shell, line]).stdout.toString();
}

const ODD = ["", "it's", "a\nb", "$HOME `id` $(id)", '"\\', "-n", "ü€", "*", "a'\\''b"];

describe("quoting for a shell", () => {
  test.each(ODD)("leaves %j as it is", (text) => {
    expect(run(`printf %s ${quote(text)}`)).toBe(text);
  });

  test.each(ODD)("leaves %j as it is, as the value of a variable in a script", (value) => {
    expect(run(commandLine(`${assignments({ value })}printf %s "$value"`))).toBe(value);
  });
});

describe("a command line that runs a script", () => {
  const script = "printf '%s|' \"it's\" '$x' \"`echo y`\"; cat <<END\nline\nEND";

  test("means the same in every shell", () => {
    for (const shell of ["sh", "bash"]) expect(run(commandLine(script), [shell, "-c"])).toBe("it's|$x|y|line\n");
  });

  test("is three words for those that split it without a shell", () => {
    // As Go's shlex and Python's do it: the single quotes hold everything.
    const words = commandLine(script).match(/^(\S+) (\S+) '([^']*)'$/);
    expect(words?.slice(1, 3)).toEqual(["sh", "-c"]);
    expect(Bun.spawnSync(["sh", "-c", words?.[3] ?? ""]).stdout.toString()).toBe("it's|$x|y|line\n");
  });
});

describe("the answer of a script", () => {
  test.each([
    ["@ok\n", { word: "ok", rest: "" }],
    ["@ok", { word: "ok", rest: "" }],
    ["@not-found\nmore\n", { word: "not-found", rest: "more\n" }],
    ["@ok\n@ok\n", { word: "ok", rest: "@ok\n" }],
  ])("%j is a word and what belongs to it", (output, answer) => {
    expect(parseAnswer(output)).toEqual(answer);
  });

  test.each(["", "sh: not found", "x\n@ok\n", "@", "@OK\n", "@ok 1"])("%j is none", (output) => {
    expect(parseAnswer(output)).toBeUndefined();
  });
});
