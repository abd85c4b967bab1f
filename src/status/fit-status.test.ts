import { beforeAll, describe, expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import { sizeOf, statusWith } from "../../test/support/large-status.ts";
import { type AgentExecutionStatus, SubAgentExecutionSchema } from "../stigmer/index.ts";
import { StatusFitter } from "./fit-status.ts";

const MIB = 1024 * 1024;

function fitStatus(status: AgentExecutionStatus, limit?: number): AgentExecutionStatus {
  return new StatusFitter(limit).fit(status).status;
}

test("a status within the limit is not changed", () => {
  const status = statusWith({ calls: 3, result: "a.ts", args: { command: "ls" } });
  expect(fitStatus(status)).toEqual(status);
});

for (const [what, result, newestFits] of [
  ["plain text", "x".repeat(100_000), true],
  ["characters of several bytes", "漢".repeat(100_000), true],
  // Each of them takes six bytes in JSON, and each result stands in two places.
  ["control characters", "\u0001".repeat(100_000), false],
] as const) {
  describe(`500 calls with results of 100,000 characters: ${what}`, () => {
    let before: AgentExecutionStatus;
    let after: AgentExecutionStatus;
    beforeAll(() => {
      before = statusWith({ calls: 500, result });
      after = fitStatus(before);
    });

    test("fit into the limit", () => {
      expect(sizeOf(after)).toBeLessThan(MIB);
    });

    test("keep every message in its place, and the last one whole", () => {
      expect(after.messages.map(({ type }) => type)).toEqual(before.messages.map(({ type }) => type));
      expect(after.messages.at(-1)).toEqual(before.messages.at(-1) ?? expect.unreachable());
    });

    test("say what was omitted", () => {
      const first = after.messages.find(({ toolCalls }) => toolCalls.length > 0)?.toolCalls[0];
      expect(first?.result).toContain("100000 characters left out");
    });

    test(`${newestFits ? "keep" : "have no room even for"} the newest result`, () => {
      expect(after.toolCalls.at(-1)?.result === result).toBe(newestFits);
    });

    test("do not change the original status", () => {
      expect(before.toolCalls[0]?.result).toBe(result);
    });
  });
}

describe("a status is kept within the limit", () => {
  const limit = 1024 * 1024;

  test("with 300 turns whose calls just reach it", () => {
    expect(sizeOf(fitStatus(statusWith({ calls: 300, result: "x".repeat(10_000) })))).toBeLessThanOrEqual(limit);
  });

  test("with sub-agents that produce long outputs", () => {
    const agents = Array.from({ length: 400 }, (_, index) =>
      create(SubAgentExecutionSchema, { id: `call-${index}`, input: "i".repeat(10_000), output: "o".repeat(10_000) }),
    );
    const fitted = fitStatus({ ...statusWith({ calls: 1 }), subAgentExecutions: agents });
    expect(sizeOf(fitted)).toBeLessThanOrEqual(limit);
    expect(fitted.subAgentExecutions.length).toBe(400);
    expect(fitted.subAgentExecutions[0]?.output).toContain("characters left out");
  });

  for (const [what, letter] of [
    ["letters of three bytes", "漢"],
    ["control characters", "\u0001"],
  ] as const) {
    test(`with a question and an answer of 200,000 ${what}`, () => {
      const status = statusWith({ calls: 0, answer: letter.repeat(200_000) });
      const [question, ...others] = status.messages;
      if (question === undefined) throw new Error("there is no message");
      const fitted = fitStatus({ ...status, messages: [{ ...question, content: letter.repeat(200_000) }, ...others] });
      expect(sizeOf(fitted)).toBeLessThanOrEqual(limit);
      expect(fitted.messages.map(({ content }) => content.startsWith(letter))).toEqual([true, true]);
    });
  }

  test("with too many messages, by dropping the oldest and adding a note", () => {
    const fitted = fitStatus(statusWith({ calls: 5_000 }));
    expect(sizeOf(fitted)).toBeLessThanOrEqual(limit);
    expect(fitted.messages[0]?.content).toBe("Look at everything");
    expect(fitted.messages[1]?.content).toMatch(/^\[\d+ older messages left out/);
    expect(fitted.messages.at(-1)?.content).toBe("That was all.");
  });
});

describe("consecutive statuses", () => {
  test("represent omitted content by the same object, so that it is sent once", () => {
    const fitter = new StatusFitter(60_000);
    const status = statusWith({ calls: 40, result: "r".repeat(1_500), text: "t".repeat(300) });
    const before = fitter.fit(status).status;
    const after = fitter.fit({ ...status, error: "something" }).status;
    expect(before.toolCalls.some(({ result }) => result.includes("left out"))).toBe(true);
    for (const [index, call] of before.toolCalls.entries()) expect(after.toolCalls[index]).toBe(call);
    for (const [index, message] of before.messages.entries()) expect(after.messages[index]).toBe(message);
  });

  test("keep omitting what was omitted before, even if it would fit again", () => {
    const fitter = new StatusFitter(60_000);
    const status = statusWith({ calls: 20, result: "r".repeat(2_000) });
    const full = fitter.fit({ ...status, error: "e".repeat(20_000) }).status;
    const smaller = fitter.fit(status);
    expect(smaller.status.toolCalls).toEqual(full.toolCalls);
    expect(smaller.bytes).toBeLessThan(45_000);
    expect(Math.abs(smaller.bytes - sizeOf(smaller.status))).toBeLessThan(2_000);
  });

  test("drop more messages than necessary, so that the others keep their index for a while", () => {
    const fitter = new StatusFitter(60_000);
    const notes = new Set<string>();
    for (let calls = 500; calls < 560; calls++) {
      const { status, bytes } = fitter.fit(statusWith({ calls }));
      expect(sizeOf(status)).toBeLessThanOrEqual(60_000);
      expect(bytes).toBeLessThanOrEqual(60_000);
      notes.add(status.messages[1]?.content ?? "");
    }
    expect(notes.size).toBeLessThan(6);
  });
});
