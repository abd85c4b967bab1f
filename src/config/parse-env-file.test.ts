import { expect, test } from "bun:test";
import { parseEnvFile } from "./parse-env-file.ts";

test("env files may come from Windows, shells, and from several files that were joined", () => {
  const text = [
    "\uFEFFA=1\r",
    "\uFEFFexport B='two words'\r",
    'C="line\r',
    'two"\r',
    "\uFEFF\r",
    "A=3 # a comment\r",
    "D=a # b#c\r",
    'E=`it\'s "quoted"`\r',
    "F=",
    "\uFEFFG=no newline at the end",
  ].join("\n");
  const { values, malformed } = parseEnvFile(text);
  expect(malformed).toEqual([]);
  expect(values).toMatchObject({
    A: "3",
    D: "a",
    B: "two words",
    E: 'it\'s "quoted"',
    F: "",
    G: "no newline at the end",
  });
  expect(values["C"]).toMatch(/^line\r?\ntwo$/);
});

test("values that a # cuts off are reported", () => {
  const text = "A=pass#word\nB=https://x.example/#top\nC=#word\nD='a#b'\nE=a #b\nF= # none\n# G=a#b\n";
  expect(parseEnvFile(text).malformed.map(({ line }) => line)).toEqual([1, 2, 3]);
});

test("lines without a meaning are reported by their numbers", () => {
  expect(parseEnvFile("A=1\n\uFEFFnothing\n").malformed).toEqual([
    { line: 2, problem: "is not of the form NAME=value and has no effect" },
  ]);
});
