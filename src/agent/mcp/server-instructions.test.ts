import { expect, test } from "bun:test";
import { selectInstructions } from "./server-instructions.ts";

const plain = (text: string) => text;
const words = (count: number) => Array<string>(count).fill("word").join(" ");

test("instructions of servers are masked, and show what is invisible", () => {
  const servers = [
    { name: "one", instructions: "  Use hunter22.\u202e \u001b[31mred " },
    { name: "two", instructions: " " },
  ];
  expect(selectInstructions(servers, (text) => text.replaceAll("hunter22", "***"))).toEqual({
    instructions: [{ name: "one", text: "Use ***.<U+202E> red" }],
    notices: [],
  });
});

test("instructions of a server, and of all, have a limit, and the user is told", () => {
  const servers = ["a", "b", "c", "d", "e", "f"].map((name) => ({ name, instructions: words(1_000) }));
  const { instructions, notices } = selectInstructions(servers, plain);
  expect(instructions.map(({ name }) => name)).toEqual(["a", "b", "c", "d"]);
  const lengths = instructions.map(({ text }) => text.length);
  expect(Math.max(...lengths)).toBeLessThanOrEqual(2_000);
  expect(lengths.reduce((sum, one) => sum + one)).toBeLessThanOrEqual(8_000);
  expect(notices).toHaveLength(6);
  expect(notices[0]).toContain('"a" are longer than the agent can be given');
  expect(notices[0]).toContain("only the first 1999 characters are used");
  expect(notices[4]).toContain("they are left out");
});
