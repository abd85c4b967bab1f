import { create, type JsonObject } from "@bufbuild/protobuf";
import type { AgentEvent, RequestedCall } from "../agent/index.ts";
import { rfc3339 } from "../shared/time.ts";
import {
  type AgentMessage,
  MessageType,
  type SubAgentExecution,
  SubAgentExecutionSchema,
  SubAgentStatus,
  type ToolCall,
  ToolCallSchema,
  ToolCallStatus,
} from "../stigmer/index.ts";
import { callText, componentType, MAIN_AGENT_GROUP } from "./labels.ts";
import { newMessage, type StatusState, withStatus } from "./status-state.ts";
import { boundedArguments, boundedName, boundedResult } from "./tool-text.ts";

type EventOf<T extends AgentEvent["type"]> = Extract<AgentEvent, { type: T }>;

/** The tool that starts a sub-agent. */
export const DELEGATE = "task";

/** A requested call. Some models reuse ids in every turn; an id that exists already gets a number. */
export function newCall({ id: modelId, name: tool, args }: RequestedCall, ids: Map<string, string>): ToolCall {
  const shown = boundedName(modelId);
  const name = boundedName(tool);
  let id = shown;
  for (let number = 2; ids.has(id); number++) id = `${shown}#${number}`;
  ids.set(id, modelId);
  return create(ToolCallSchema, {
    id,
    name,
    args: boundedArguments(args) as JsonObject,
    status: ToolCallStatus.TOOL_CALL_PENDING,
    componentMetadata: { componentType: componentType(name), componentGroup: MAIN_AGENT_GROUP },
  });
}

export function callMessage(call: ToolCall, at: Date): AgentMessage {
  return newMessage(MessageType.MESSAGE_TOOL, callText(call.name, call.args ?? {}), at, { toolCalls: [call] });
}

export function newSubAgent({ id, args }: ToolCall): SubAgentExecution {
  const text = (key: string) => (typeof args?.[key] === "string" ? args[key] : "");
  return create(SubAgentExecutionSchema, {
    id,
    name: text("subagent_type"),
    input: text("description"),
    status: SubAgentStatus.SUB_AGENT_PENDING,
  });
}

export function startCall(state: StatusState, { callId, at }: EventOf<"tool-started">): StatusState {
  const startedAt = rfc3339(at);
  return changeCall(
    state,
    (call) => state.modelIds.get(call.id) === callId && call.status === ToolCallStatus.TOOL_CALL_PENDING,
    (call) => ({ ...call, status: ToolCallStatus.TOOL_CALL_RUNNING, startedAt }),
    { status: SubAgentStatus.SUB_AGENT_IN_PROGRESS, startedAt },
  );
}

export function endCall(
  state: StatusState,
  { callId, result, failure, keptAt, at }: EventOf<"tool-ended">,
): StatusState {
  const failed = failure !== undefined;
  const completedAt = rfc3339(at);
  const output = boundedResult(result, keptAt);
  const error = failure === undefined ? "" : boundedResult(failure, undefined);
  return changeCall(
    state,
    (call) => state.modelIds.get(call.id) === callId && isOpen(call),
    (call) => ({
      ...call,
      status: failed ? ToolCallStatus.TOOL_CALL_FAILED : ToolCallStatus.TOOL_CALL_COMPLETED,
      result: output,
      startedAt: call.startedAt === "" ? completedAt : call.startedAt,
      completedAt,
      error,
    }),
    {
      status: failed ? SubAgentStatus.SUB_AGENT_FAILED : SubAgentStatus.SUB_AGENT_COMPLETED,
      output: failed ? "" : output,
      completedAt,
      error,
    },
  );
}

/** Changes the first matching call everywhere: in the list of calls, in its message, as a sub-agent. */
function changeCall(
  state: StatusState,
  fits: (call: ToolCall) => boolean,
  change: (call: ToolCall) => ToolCall,
  subAgentChange: Partial<SubAgentExecution>,
): StatusState {
  const { messages, toolCalls, subAgentExecutions } = state.status;
  const index = toolCalls.findIndex(fits);
  const before = toolCalls[index];
  if (before === undefined) return state;
  const after = change(before);
  const messageIndex = messages.findLastIndex((message) => message.toolCalls[0]?.id === before.id);
  const message = messages[messageIndex];
  const agentIndex =
    before.name === DELEGATE ? subAgentExecutions.findLastIndex((agent) => agent.id === before.id) : -1;
  const agent = subAgentExecutions[agentIndex];
  return withStatus(state, {
    toolCalls: toolCalls.with(index, after),
    ...(message === undefined ? {} : { messages: messages.with(messageIndex, { ...message, toolCalls: [after] }) }),
    ...(agent === undefined
      ? {}
      : { subAgentExecutions: subAgentExecutions.with(agentIndex, { ...agent, ...subAgentChange }) }),
  });
}

/** Whether a call has not ended. */
export function isOpen({ status }: ToolCall): boolean {
  return status === ToolCallStatus.TOOL_CALL_PENDING || status === ToolCallStatus.TOOL_CALL_RUNNING;
}

/** Closes all open calls as failed: an execution that has ended has no pending calls. */
export function closeOpenCalls(state: StatusState, failure: string, at: Date): StatusState {
  let closed: StatusState = { ...state, growing: new Map(), blank: new Map() };
  for (const call of state.status.toolCalls.filter(isOpen)) {
    closed = endCall(closed, {
      type: "tool-ended",
      actor: { kind: "main" },
      callId: state.modelIds.get(call.id) ?? call.id,
      result: "",
      failure,
      at,
    });
  }
  return closed;
}
