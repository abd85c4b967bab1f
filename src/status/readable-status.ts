import { LABEL_KEY } from "../shared/sub-agents.ts";
import {
  type AgentExecutionStatus,
  type AgentMessage,
  MessageType,
  type SubAgentExecution,
  SubAgentStatus,
  TodoStatus,
  type ToolCall,
  ToolCallStatus,
} from "../stigmer/index.ts";
import { taskOf } from "./sub-agents.ts";

/** How far a call or a sub-agent is. */
type WorkState = "unknown" | "waiting" | "running" | "completed" | "failed";

interface ReadableCall {
  readonly name: string;
  /** What it does, in words; may begin with the name. */
  readonly text: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly result: string;
  readonly error: string;
  readonly state: WorkState;
}

interface ReadableMessage {
  readonly speaker: "unknown" | "user" | "agent" | "tool" | "runner";
  readonly text: string;
  readonly calls: readonly ReadableCall[];
}

interface ReadableTodo {
  readonly text: string;
  readonly state: "open" | "in progress" | "done" | "cancelled";
}

interface ReadableSubAgent {
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly error: string;
  readonly state: WorkState;
  readonly calls: readonly ReadableCall[];
}

/** A status without the words of the wire, for those who show it to people. */
export interface ReadableStatus {
  readonly messages: readonly ReadableMessage[];
  readonly todos: readonly ReadableTodo[];
  readonly subAgents: readonly ReadableSubAgent[];
}

const SPEAKERS: Readonly<Record<MessageType, ReadableMessage["speaker"]>> = {
  [MessageType.MESSAGE_TYPE_UNSPECIFIED]: "unknown",
  [MessageType.MESSAGE_HUMAN]: "user",
  [MessageType.MESSAGE_AI]: "agent",
  [MessageType.MESSAGE_TOOL]: "tool",
  [MessageType.MESSAGE_SYSTEM]: "runner",
};
const TODOS: Readonly<Record<TodoStatus, ReadableTodo["state"]>> = {
  [TodoStatus.TODO_STATUS_UNSPECIFIED]: "open",
  [TodoStatus.TODO_PENDING]: "open",
  [TodoStatus.TODO_IN_PROGRESS]: "in progress",
  [TodoStatus.TODO_COMPLETED]: "done",
  [TodoStatus.TODO_CANCELLED]: "cancelled",
};
const CALLS: Readonly<Record<ToolCallStatus, WorkState>> = {
  [ToolCallStatus.TOOL_CALL_STATUS_UNSPECIFIED]: "unknown",
  [ToolCallStatus.TOOL_CALL_PENDING]: "waiting",
  [ToolCallStatus.TOOL_CALL_RUNNING]: "running",
  [ToolCallStatus.TOOL_CALL_COMPLETED]: "completed",
  [ToolCallStatus.TOOL_CALL_FAILED]: "failed",
};
const SUB_AGENTS: Readonly<Record<SubAgentStatus, WorkState>> = {
  [SubAgentStatus.SUB_AGENT_STATUS_UNSPECIFIED]: "unknown",
  [SubAgentStatus.SUB_AGENT_PENDING]: "waiting",
  [SubAgentStatus.SUB_AGENT_IN_PROGRESS]: "running",
  [SubAgentStatus.SUB_AGENT_COMPLETED]: "completed",
  [SubAgentStatus.SUB_AGENT_FAILED]: "failed",
};

export function readableStatus(status: AgentExecutionStatus): ReadableStatus {
  return {
    messages: status.messages.map(readableMessage),
    todos: Object.values(status.todos).map((todo) => ({ text: todo.content, state: TODOS[todo.status] ?? "open" })),
    subAgents: status.subAgentExecutions.map((agent) => readableSubAgent(agent, status.toolCalls)),
  };
}

function readableMessage({ type, content, toolCalls }: AgentMessage): ReadableMessage {
  const calls = toolCalls.map((call) => readableCall(call, content));
  return { speaker: SPEAKERS[type] ?? "unknown", text: content, calls };
}

function readableSubAgent(agent: SubAgentExecution, all: readonly ToolCall[]): ReadableSubAgent {
  const { id, name, input, output, error } = agent;
  const calls = all.filter((call) => taskOf(call) === id).map((call) => readableCall(call, labelOf(call)));
  return { name, input, output, error, state: SUB_AGENTS[agent.status] ?? "unknown", calls };
}

function readableCall({ name, args, result, error, status }: ToolCall, text: string): ReadableCall {
  return { name, text, args: args ?? {}, result, error, state: CALLS[status] ?? "unknown" };
}

function labelOf({ componentMetadata }: ToolCall): string {
  const label = componentMetadata?.metadata?.[LABEL_KEY];
  return typeof label === "string" ? label : "";
}
