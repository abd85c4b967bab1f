import { expect, test } from "bun:test";
import { create } from "@bufbuild/protobuf";
import { TASK_KEY } from "../shared/sub-agents.ts";
import {
  AgentExecutionStatusSchema,
  AgentMessageSchema,
  ComponentMetadataSchema,
  MessageType,
  SubAgentExecutionSchema,
  SubAgentStatus,
  TodoItemSchema,
  TodoStatus,
  ToolCallSchema,
  ToolCallStatus,
} from "../stigmer/index.ts";
import { readableStatus } from "./readable-status.ts";

test("a status is given in words, and calls belong to who made them", () => {
  const call = (id: string, task?: string) =>
    create(ToolCallSchema, {
      id,
      name: id,
      status: ToolCallStatus.TOOL_CALL_RUNNING,
      ...(task === undefined
        ? {}
        : { componentMetadata: create(ComponentMetadataSchema, { metadata: { [TASK_KEY]: task } }) }),
    });
  const status = create(AgentExecutionStatusSchema, {
    messages: [
      create(AgentMessageSchema, { type: MessageType.MESSAGE_TOOL, content: "own: x", toolCalls: [call("own")] }),
    ],
    toolCalls: [call("own"), call("of one", "one"), call("of two", "two")],
    subAgentExecutions: [
      create(SubAgentExecutionSchema, { id: "one", name: "reader", status: SubAgentStatus.SUB_AGENT_COMPLETED }),
    ],
    todos: { "1": create(TodoItemSchema, { content: "Read", status: TodoStatus.TODO_COMPLETED }) },
  });
  expect(readableStatus(status)).toMatchObject({
    messages: [{ speaker: "tool", text: "own: x", calls: [{ name: "own", text: "own: x", state: "running" }] }],
    todos: [{ text: "Read", state: "done" }],
    subAgents: [{ name: "reader", state: "completed", calls: [{ name: "of one" }] }],
  });
});

test("a value that is not known yet is shown as unknown", () => {
  const message = create(AgentMessageSchema, { type: 99 as MessageType, content: "?" });
  expect(readableStatus(create(AgentExecutionStatusSchema, { messages: [message] })).messages[0]?.speaker).toBe(
    "unknown",
  );
});
