import { describe, expect, test } from "bun:test";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { AgentExecutionStatusSchema, ExecutionPhase, MessageType, ToolCallStatus } from "../stigmer/index.ts";
import { abandonedStatus } from "./abandoned-status.ts";

const at = new Date("2026-01-19T10:00:00.123Z");
const running = { id: "call-1", name: "execute", status: ToolCallStatus.TOOL_CALL_RUNNING };
const ended = { id: "call-0", name: "ls", status: ToolCallStatus.TOOL_CALL_COMPLETED, result: "notes.md" };

/** What becomes of a status whose runner has ended. */
function repaired(status: MessageInitShape<typeof AgentExecutionStatusSchema>, isCancelled = false) {
  const reasons = { failed: "The runner ended.", cancelled: "It was cancelled.", isCancelled };
  return abandonedStatus(create(AgentExecutionStatusSchema, status), reasons, at);
}

describe("final status of an execution whose runner was killed", () => {
  test("is failed with a reason, and has no open calls in the list or in messages", () => {
    const status = repaired({
      phase: ExecutionPhase.EXECUTION_IN_PROGRESS,
      messages: [{ type: MessageType.MESSAGE_TOOL, toolCalls: [running] }],
      toolCalls: [ended, running],
    });
    expect(status).toMatchObject({
      phase: ExecutionPhase.EXECUTION_FAILED,
      error: "The runner ended.",
      completedAt: at.toISOString(),
    });
    const failed = { id: "call-1", status: ToolCallStatus.TOOL_CALL_FAILED, completedAt: at.toISOString() };
    expect(status?.toolCalls).toMatchObject([ended, failed]);
    expect(status?.messages[0]?.toolCalls).toMatchObject([failed]);
  });

  test("gets the reason if the server set it to failed without one", () => {
    expect(repaired({ phase: ExecutionPhase.EXECUTION_FAILED })?.error).toBe("The runner ended.");
  });

  test("gets its open calls closed if the server set it to failed", () => {
    const status = repaired({ phase: ExecutionPhase.EXECUTION_FAILED, error: "timeout", toolCalls: [running] });
    expect(status?.toolCalls).toMatchObject([{ status: ToolCallStatus.TOOL_CALL_FAILED }]);
  });

  test("is cancelled with a reason if its workflow was cancelled", () => {
    const status = repaired({ phase: ExecutionPhase.EXECUTION_IN_PROGRESS, toolCalls: [running] }, true);
    expect(status).toMatchObject({
      phase: ExecutionPhase.EXECUTION_CANCELLED,
      error: "It was cancelled.",
      messages: [{ type: MessageType.MESSAGE_SYSTEM, content: "It was cancelled." }],
      toolCalls: [{ status: ToolCallStatus.TOOL_CALL_FAILED }],
    });
  });

  test("gets what is missing if it was set to cancelled without a reason, or with open calls", () => {
    const phase = ExecutionPhase.EXECUTION_CANCELLED;
    expect(repaired({ phase })).toMatchObject({ phase, error: "It was cancelled." });
    expect(repaired({ phase, error: "why", toolCalls: [running] })).toMatchObject({
      phase,
      error: "why",
      toolCalls: [{ status: ToolCallStatus.TOOL_CALL_FAILED }],
    });
  });

  test("is not changed if it was final already", () => {
    const { EXECUTION_COMPLETED, EXECUTION_FAILED, EXECUTION_CANCELLED } = ExecutionPhase;
    expect(repaired({ phase: EXECUTION_COMPLETED, toolCalls: [running] })).toBeUndefined();
    for (const phase of [EXECUTION_FAILED, EXECUTION_CANCELLED])
      expect(repaired({ phase, error: "why", toolCalls: [ended] }, true)).toBeUndefined();
  });
});
