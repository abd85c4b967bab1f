import { describe, expect, test } from "bun:test";
import type { Command } from "commander";
import { typedLine } from "../completion/index.ts";
import { program } from "../program.ts";
import { examplesOf } from "./examples.ts";

/** The program, whose commands only note that they were called. */
function recorded() {
  const called: string[] = [];
  const root = program({ env: {}, exit: () => undefined });
  const replace = (command: Command, path: string) => {
    if (command.commands.length === 0) command.action(() => void called.push(path));
    for (const inner of command.commands) replace(inner, `${path} ${inner.name()}`.trim());
  };
  replace(root, "");
  return { root, called };
}

function paths(command: Command, path = ""): readonly string[] {
  return [path, ...command.commands.flatMap((inner) => paths(inner, `${path} ${inner.name()}`.trim()))];
}

/** The arguments in a line: without variables before it, redirections and what surrounds it. */
function argumentsOf(line: string): readonly string[] {
  const [, rest = ""] = /(?:^|[ (])agent-runner( [^<>)|]*|$)/.exec(line) ?? [];
  return typedLine(rest.trim(), "").words.filter((word) => word !== "");
}

describe.each(paths(program({ env: {}, exit: () => undefined })).map((path) => [path]))("agent-runner %s", (path) => {
  test("has examples", () => {
    expect(examplesOf(path).length).toBeGreaterThan(0);
  });

  test.each(examplesOf(path).map(({ line }) => [line]))("accepts %s", async (line) => {
    const { root, called } = recorded();
    await root.parseAsync([...argumentsOf(line)], { from: "user" });
    expect(called).toHaveLength(1);
    if (path !== "") expect(called[0]).toBe(path);
  });

  test("shows them in its help", () => {
    const root = program({ env: {}, exit: () => undefined });
    let help = "";
    const command = path
      .split(" ")
      .reduce((outer, name) => outer.commands.find((inner) => inner.name() === name) ?? outer, root);
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    for (const { line, about } of examplesOf(path)) {
      expect(help).toContain(`  $ ${line}`);
      expect(help).toContain(`  # ${about}`);
    }
  });
});
