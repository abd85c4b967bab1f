import { describe, expect, test } from "bun:test";
import { AgentError } from "../agent-error.ts";
import { parseScript } from "./script.ts";

describe("a script", () => {
  test("needs nothing but turns with text or calls", () => {
    const text = `
turns:
  - text: I look.
    delay: 0.5
    tools:
      - ls: {path: /}
      - read_file: {file_path: a.txt}
  - text: Done.
`;
    expect(parseScript(text, "my.yaml")).toEqual({
      pace: 0,
      tasks: [],
      turns: [
        {
          text: "I look.",
          delay: 0.5,
          tools: [
            { name: "ls", args: { path: "/" } },
            { name: "read_file", args: { file_path: "a.txt" } },
          ],
        },
        { text: "Done.", delay: 0, tools: [] },
      ],
    });
  });

  test("may have a pace", () => {
    expect(parseScript("{pace: 20, turns: [{}]}", "x").pace).toBe(20);
  });
});

describe("an invalid script", () => {
  for (const [what, text, problem] of [
    ["is not YAML", "turns: [", "my.yaml"],
    ["is empty", "", "the file"],
    ["has no turns", "turns: []", "turns"],
    ["has turns for any task", "{turns: [{}], tasks: [{contains: '', turns: [{}]}]}", "tasks.0.contains"],
    ["has a turn with a part that is unknown", "turns: [{txet: hi}]", "turns.0.txet"],
    ["waits for a negative time", "turns: [{delay: -1}]", "turns.0.delay"],
    ["calls two tools in one entry", "turns: [{tools: [{ls: {}, grep: {}}]}]", "must name one tool"],
    ["calls a tool without arguments", "turns: [{tools: [ls]}]", "turns.0.tools.0"],
  ] as const) {
    test(`is refused with the place and the problem if it ${what}`, () => {
      expect(() => parseScript(text, "my.yaml")).toThrow(AgentError);
      expect(() => parseScript(text, "my.yaml")).toThrow("The model script my.yaml is not valid");
      expect(() => parseScript(text, "my.yaml")).toThrow(problem);
    });
  }
});
