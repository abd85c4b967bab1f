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
} from "../../src/stigmer/index.ts";

/** Bytes that a status takes when it is sent. */
export function sizeOf(status: AgentExecutionStatus): number {
  return Buffer.byteLength(toJsonString(AgentExecutionStatusSchema, status));
}

interface Parts {
  readonly calls: number;
  readonly result?: string;
  readonly args?: ToolCall["args"];
  readonly text?: string;
  readonly answer?: string;
}

/** An execution with a turn of the model for each call, and an answer at its end. */
export function statusWith({
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

/** An execution whose agent delegates tasks, each with some calls of its sub-agent. */
export function delegating(tasks: number, callsEach: number, result = ""): AgentExecutionStatus {
  const status = statusWith({ calls: tasks, result });
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
