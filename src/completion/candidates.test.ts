import { describe, expect, test } from "bun:test";
import { Argument, Command, Option } from "commander";
import { program } from "../program.ts";
import { complete } from "./candidates.ts";

/** A program whose commands have everything that can be declared. */
function declared(): Command {
  const root = new Command("tool").option("--env-file <file>", "an env file").version("1");
  root
    .command("jobs")
    .alias("j")
    .description("jobs")
    .addCommand(
      new Command("stop")
        .addArgument(new Argument("<how>").choices(["now", "later"]))
        .addArgument(new Argument("[file...]"))
        .addOption(new Option("-l, --level <level>", "a level").choices(["low", "lower", "high"]))
        .option("--tag <text>", "can be repeated", (text: string, before: string[]) => [...before, text], [])
        .option("--fast", "a flag"),
    );
  root.command("secret", { hidden: true });
  root.command("show").argument("<directory>");
  return root;
}

const words = (typed: string, root = declared()) => {
  const completion = complete(root, typed.split(" "));
  return completion.kind === "words" ? completion.candidates.map(({ word }) => word) : completion.kind;
};

describe("what can be typed", () => {
  test.each<[string, string | readonly string[]]>([
    ["", ["jobs", "show", "help"]],
    ["s", ["show"]],
    ["-", ["--env-file", "--version", "--help"]],
    ["--env-file ", "files"],
    ["--env-file=", "files"],
    ["--env-file x j", ["jobs"]],
    ["--env-file=x j", ["jobs"]],
    ["jobs ", ["stop", "help"]],
    ["j st", ["stop"]],
    ["jobs stop ", ["now", "later"]],
    ["jobs stop now ", "files"],
    ["jobs stop now a b ", "files"],
    ["jobs stop --level ", ["low", "lower", "high"]],
    ["jobs stop -l lo", ["low", "lower"]],
    ["jobs stop --level=lo", ["--level=low", "--level=lower"]],
    ["jobs stop --level=high --", ["--tag", "--fast", "--help", "--env-file"]],
    ["jobs stop --tag a --t", ["--tag"]],
    ["jobs stop --fast --f", []],
    ["jobs stop --fast=", []],
    ["jobs stop --tag ", []],
    ["jobs stop --unknown n", ["now"]],
    ["jobs stop -- -", []],
    ["jobs stop -- n", ["now"]],
    ["help ", ["jobs", "show"]],
    ["help jobs ", ["stop"]],
    ["help jobs -", []],
    ["show ", "directories"],
    ["nothing ", ["--env-file", "--version", "--help"]],
    ["sec", []],
  ])('after "%s"', (typed, expected) => {
    expect<string | readonly string[]>(words(typed)).toEqual(expected);
  });

  test("are options if a command takes nothing else", () => {
    expect(words("show x ")).toEqual(["--help", "--env-file"]);
  });
});

test("this program's commands, files and models are completed", () => {
  const root = program({ env: {}, exit: () => undefined });
  expect(words("", root)).toEqual([...root.commands.map((command) => command.name()), "help"]);
  expect(words("run --agent ", root)).toBe("files");
  expect(words("run --model=anth", root)).toEqual(["--model=anthropic:claude-sonnet-4.5"]);
  expect(words("completion ", root)).toEqual(["bash", "zsh", "fish"]);
});
