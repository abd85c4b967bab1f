import { expect, test } from "bun:test";
import { acceptableName, shownName, uniqueId } from "./call-names.ts";

test("the name of a tool is changed to one that providers accept", () => {
  expect(acceptableName("read_file")).toBe("read_file");
  expect(acceptableName("__proto__")).toBe("__proto__");
  expect(acceptableName("rm -rf /\u0000")).toBe("rm_-rf___");
  expect(acceptableName("x".repeat(200_000))).toBe("x".repeat(64));
  expect(acceptableName("")).toBe("unnamed");
});

test("the name of a tool has no prefix with which the agent library ends the run", () => {
  expect(acceptableName("extract-all")).toBe("extract_all");
});

test("a name in a message is short and has no control characters", () => {
  expect(shownName("x".repeat(200_000))).toHaveLength(81);
  expect(shownName("a\u001b[31mb\u0000\nc")).toBe("ab␀ c");
  expect(shownName("\ud83d")).toBe("\ufffd");
});

test("the id of a call is kept if it is valid and unique, and otherwise replaced", () => {
  const taken = new Set(["call_1"]);
  expect(uniqueId("call_2", taken)).toBe("call_2");
  for (const id of [undefined, "", "call_1", "a b", "x".repeat(65), "é"])
    expect(uniqueId(id, taken)).toMatch(/^call_[0-9a-f]{32}$/);
});
