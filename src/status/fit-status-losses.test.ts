import { describe, expect, test } from "bun:test";
import { delegating, sizeOf, statusWith } from "../../test/support/large-status.ts";
import type { AgentExecutionStatus } from "../stigmer/index.ts";
import { StatusFitter } from "./fit-status.ts";

const MIB = 1024 * 1024;

function fitStatus(status: AgentExecutionStatus, limit?: number): AgentExecutionStatus {
  return new StatusFitter(limit).fit(status).status;
}

describe("status that is too large", () => {
  test("loses results before arguments", () => {
    const status = statusWith({ calls: 20, result: "r".repeat(2_000), args: { command: "c".repeat(500) } });
    const after = fitStatus(status, 60_000);
    expect(sizeOf(after)).toBeLessThanOrEqual(60_000);
    expect(after.toolCalls[0]?.result).toContain("left out");
    for (const call of after.toolCalls) expect(call.args).toEqual({ command: "c".repeat(500) });
  });

  test("loses the oldest results first, and no more than necessary", () => {
    const after = fitStatus(statusWith({ calls: 20, result: "r".repeat(2_000) }), 60_000);
    const left = after.toolCalls.map(({ result }) => result.includes("left out"));
    expect(left).toContain(false);
    expect(left.lastIndexOf(true)).toBe(left.indexOf(false) - 1);
    expect(sizeOf(after)).toBeGreaterThan(50_000);
  });

  test("shows each call the same way in its message and in the list", () => {
    const after = fitStatus(statusWith({ calls: 20, result: "r".repeat(2_000) }), 60_000);
    expect(after.messages.flatMap(({ toolCalls }) => toolCalls)).toEqual(after.toolCalls);
  });

  test("loses arguments next, then old texts, but not the last text of the model", () => {
    const [text, answer] = ["t".repeat(5_000), "a".repeat(5_000)];
    const status = statusWith({ calls: 50, args: { command: "c".repeat(1_000) }, text, answer });
    // Less than is left when all texts are shortened that may be: none of them is spared.
    const after = fitStatus(status, 36_000);
    expect(after.toolCalls.at(-1)?.args).toEqual({});
    expect(after.messages[1]?.content).toContain("[… 4800 characters left out]");
    expect(after.messages.at(-1)?.content).toBe(answer);
    expect(after.messages[0]?.content).toBe("Look at everything");
  });

  test("loses the oldest calls of the list last, because each is in its message too", () => {
    const status = statusWith({ calls: 1_000, result: "r".repeat(500) });
    const after = fitStatus(status, 300_000);
    expect(after.messages).toHaveLength(status.messages.length);
    expect(after.toolCalls.length).toBeLessThan(1_000);
    expect(after.toolCalls.at(-1)?.id).toBe("call-999");
    expect(after.messages.flatMap(({ toolCalls }) => toolCalls.map(({ id }) => id))).toHaveLength(1_000);
  });
});

describe("a status with sub-agents", () => {
  test("loses results of sub-agents' calls before those of the agent", () => {
    const status = delegating(10, 10, "r".repeat(2_000));
    const after = fitStatus(status, 150_000);
    expect(sizeOf(after)).toBeLessThanOrEqual(150_000);
    expect(sizeOf(after)).toBeGreaterThan(140_000);
    const isWhole = after.toolCalls.map(({ result }) => result.startsWith("r"));
    expect(isWhole.slice(0, 10)).toEqual(Array(10).fill(true));
    expect(isWhole.slice(10).lastIndexOf(false)).toBe(isWhole.slice(10).indexOf(true) - 1);
    expect(after.toolCalls).toHaveLength(110);
  });

  test("is measured with each call of a sub-agent once", () => {
    const { status, bytes } = new StatusFitter().fit(delegating(10, 10, "r".repeat(2_000)));
    expect(Math.abs(bytes - sizeOf(status))).toBeLessThan(2_000);
  });

  test("fits with hundreds of sub-agents, which say how many of their calls are missing", () => {
    const status = delegating(300, 40, "r".repeat(3_000));
    const fitter = new StatusFitter();
    const { status: after, bytes } = fitter.fit(status);
    expect(sizeOf(after)).toBeLessThanOrEqual(MIB);
    expect(bytes).toBeGreaterThanOrEqual(sizeOf(after));
    expect(bytes - sizeOf(after)).toBeLessThan(10_000);
    expect(after.messages).toHaveLength(status.messages.length);
    expect(after.toolCalls.slice(0, 300).map(({ id }) => id)).toEqual(
      status.messages.flatMap(({ toolCalls }) => toolCalls.map(({ id }) => id)),
    );
    const missing = after.subAgentExecutions.map(({ metadata }) => Number(metadata?.["toolCallsLeftOut"] ?? 0));
    expect(missing.reduce((sum, count) => sum + count)).toBe(status.toolCalls.length - after.toolCalls.length);
    expect([missing[0], missing.at(-1)]).toEqual([40, 0]);
    const again = fitter.fit({ ...status, error: "something" }).status;
    for (const [index, agent] of after.subAgentExecutions.entries())
      expect(again.subAgentExecutions[index]).toBe(agent);
    expect(again.toolCalls.every((call, index) => call === after.toolCalls[index])).toBe(true);
  });
});
