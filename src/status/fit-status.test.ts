import { beforeAll, describe, expect, test } from "bun:test";
import { create, toJsonString } from "@bufbuild/protobuf";
import {
  type AgentExecutionStatus,
  AgentExecutionStatusSchema,
  AgentMessageSchema,
  MessageType,
  SubAgentExecutionSchema,
  type ToolCall,
  ToolCallSchema,
  ToolCallStatus,
} from "../stigmer/index.ts";
import { StatusFitter } from "./fit-status.ts";

function fitStatus(status: AgentExecutionStatus, limit?: number): AgentExecutionStatus {
  return new StatusFitter(limit).fit(status).status;
}

const MIB = 1024 * 1024;
const sizeOf = (status: AgentExecutionStatus) => Buffer.byteLength(toJsonString(AgentExecutionStatusSchema, status));

interface Parts {
  readonly calls: number;
  readonly result?: string;
  readonly args?: ToolCall["args"];
  readonly text?: string;
  readonly answer?: string;
}

/** An execution with a turn of the model for each call, and an answer at its end. */
function execution({
  calls,
  result = "",
  args = {},
  text = "I look.",
  answer = "That was all.",
}: Parts): AgentExecutionStatus {
  const toolCalls = Array.from({ length: calls }, (_, index) =>
    create(ToolCallSchema, {
      id: `call-${index}`,
      name: "execute",
      args,
      result,
      status: ToolCallStatus.TOOL_CALL_COMPLETED,
      startedAt: "2026-01-19T10:00:00.000Z",
    }),
  );
  const message = (type: MessageType, content: string, more: ToolCall[] = []) =>
    create(AgentMessageSchema, { type, content, toolCalls: more, timestamp: "2026-01-19T10:00:00.000Z" });
  return create(AgentExecutionStatusSchema, {
    messages: [
      message(MessageType.MESSAGE_HUMAN, "Look at everything"),
      ...toolCalls.flatMap((call) => [
        message(MessageType.MESSAGE_AI, text),
        message(MessageType.MESSAGE_TOOL, "execute: cat", [call]),
      ]),
      message(MessageType.MESSAGE_AI, answer),
    ],
    toolCalls,
  });
}

test("a status within the limit is not changed", () => {
  const status = execution({ calls: 3, result: "a.ts", args: { command: "ls" } });
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
      before = execution({ calls: 500, result });
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

describe("status that is too large", () => {
  test("loses results before arguments", () => {
    const status = execution({ calls: 20, result: "r".repeat(2_000), args: { command: "c".repeat(500) } });
    const after = fitStatus(status, 60_000);
    expect(sizeOf(after)).toBeLessThanOrEqual(60_000);
    expect(after.toolCalls[0]?.result).toContain("left out");
    for (const call of after.toolCalls) expect(call.args).toEqual({ command: "c".repeat(500) });
  });

  test("loses the oldest results first, and no more than necessary", () => {
    const after = fitStatus(execution({ calls: 20, result: "r".repeat(2_000) }), 60_000);
    const left = after.toolCalls.map(({ result }) => result.includes("left out"));
    expect(left).toContain(false);
    expect(left.lastIndexOf(true)).toBe(left.indexOf(false) - 1);
    expect(sizeOf(after)).toBeGreaterThan(50_000);
  });

  test("shows each call the same way in its message and in the list", () => {
    const after = fitStatus(execution({ calls: 20, result: "r".repeat(2_000) }), 60_000);
    expect(after.messages.flatMap(({ toolCalls }) => toolCalls)).toEqual(after.toolCalls);
  });

  test("loses arguments next, then old texts, but not the last text of the model", () => {
    const [text, answer] = ["t".repeat(5_000), "a".repeat(5_000)];
    const status = execution({ calls: 50, args: { command: "c".repeat(1_000) }, text, answer });
    // Less than is left when all texts are shortened that may be: none of them is spared.
    const after = fitStatus(status, 36_000);
    expect(after.toolCalls.at(-1)?.args).toEqual({});
    expect(after.messages[1]?.content).toContain("[… 4800 characters left out]");
    expect(after.messages.at(-1)?.content).toBe(answer);
    expect(after.messages[0]?.content).toBe("Look at everything");
  });

  test("loses the oldest calls of the list last, because each is in its message too", () => {
    const status = execution({ calls: 1_000, result: "r".repeat(500) });
    const after = fitStatus(status, 300_000);
    expect(after.messages).toHaveLength(status.messages.length);
    expect(after.toolCalls.length).toBeLessThan(1_000);
    expect(after.toolCalls.at(-1)?.id).toBe("call-999");
    expect(after.messages.flatMap(({ toolCalls }) => toolCalls.map(({ id }) => id))).toHaveLength(1_000);
  });
});

describe("a status is kept within the limit", () => {
  const limit = 1024 * 1024;

  test("with 300 turns whose calls just reach it", () => {
    expect(sizeOf(fitStatus(execution({ calls: 300, result: "x".repeat(10_000) })))).toBeLessThanOrEqual(limit);
  });

  test("with sub-agents that produce long outputs", () => {
    const agents = Array.from({ length: 400 }, (_, index) =>
      create(SubAgentExecutionSchema, { id: `call-${index}`, input: "i".repeat(10_000), output: "o".repeat(10_000) }),
    );
    const fitted = fitStatus({ ...execution({ calls: 1 }), subAgentExecutions: agents });
    expect(sizeOf(fitted)).toBeLessThanOrEqual(limit);
    expect(fitted.subAgentExecutions.length).toBe(400);
    expect(fitted.subAgentExecutions[0]?.output).toContain("characters left out");
  });

  for (const [what, letter] of [
    ["letters of three bytes", "漢"],
    ["control characters", "\u0001"],
  ] as const) {
    test(`with a question and an answer of 200,000 ${what}`, () => {
      const status = execution({ calls: 0, answer: letter.repeat(200_000) });
      const [question, ...others] = status.messages;
      if (question === undefined) throw new Error("there is no message");
      const fitted = fitStatus({ ...status, messages: [{ ...question, content: letter.repeat(200_000) }, ...others] });
      expect(sizeOf(fitted)).toBeLessThanOrEqual(limit);
      expect(fitted.messages.map(({ content }) => content.startsWith(letter))).toEqual([true, true]);
    });
  }

  test("with too many messages, by dropping the oldest and adding a note", () => {
    const fitted = fitStatus(execution({ calls: 5_000 }));
    expect(sizeOf(fitted)).toBeLessThanOrEqual(limit);
    expect(fitted.messages[0]?.content).toBe("Look at everything");
    expect(fitted.messages[1]?.content).toMatch(/^\[\d+ older messages left out/);
    expect(fitted.messages.at(-1)?.content).toBe("That was all.");
  });
});

/** An execution whose agent delegates tasks, each with some calls of its sub-agent. */
function delegating(tasks: number, callsEach: number, result = ""): AgentExecutionStatus {
  const status = execution({ calls: tasks, result });
  const agents = status.toolCalls.map(({ id }) =>
    create(SubAgentExecutionSchema, { id, name: "reader", input: "Read" }),
  );
  const calls = agents.flatMap((agent) =>
    Array.from({ length: callsEach }, (_, index) =>
      create(ToolCallSchema, {
        id: `${agent.id}-${index}`,
        name: "read_file",
        args: { file_path: "a.ts" },
        result,
        componentMetadata: {
          componentGroup: "reader",
          metadata: { subAgentExecutionId: agent.id, label: "read_file: a.ts" },
        },
      }),
    ),
  );
  return { ...status, toolCalls: [...status.toolCalls, ...calls], subAgentExecutions: agents };
}

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

describe("consecutive statuses", () => {
  test("represent omitted content by the same object, so that it is sent once", () => {
    const fitter = new StatusFitter(60_000);
    const status = execution({ calls: 40, result: "r".repeat(1_500), text: "t".repeat(300) });
    const before = fitter.fit(status).status;
    const after = fitter.fit({ ...status, error: "something" }).status;
    expect(before.toolCalls.some(({ result }) => result.includes("left out"))).toBe(true);
    for (const [index, call] of before.toolCalls.entries()) expect(after.toolCalls[index]).toBe(call);
    for (const [index, message] of before.messages.entries()) expect(after.messages[index]).toBe(message);
  });

  test("keep omitting what was omitted before, even if it would fit again", () => {
    const fitter = new StatusFitter(60_000);
    const status = execution({ calls: 20, result: "r".repeat(2_000) });
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
      const { status, bytes } = fitter.fit(execution({ calls }));
      expect(sizeOf(status)).toBeLessThanOrEqual(60_000);
      expect(bytes).toBeLessThanOrEqual(60_000);
      notes.add(status.messages[1]?.content ?? "");
    }
    expect(notes.size).toBeLessThan(6);
  });
});
