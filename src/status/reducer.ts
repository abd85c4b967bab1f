import { create, type JsonObject } from "@bufbuild/protobuf";
import type { AgentEvent, RequestedCall } from "../agent/index.ts";
import { unreachable } from "../shared/errors.ts";
import { rfc3339 } from "../shared/time.ts";
import {
  type AgentExecutionStatus,
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
import { newMessage, type StatusState } from "./status-state.ts";
import { todoMap } from "./todo-map.ts";
import { boundedArguments, boundedName, boundedResult } from "./tool-text.ts";

type EventOf<T extends AgentEvent["type"]> = Extract<AgentEvent, { type: T }>;

/** The tool that starts a sub-agent. */
const DELEGATE = "task";

/** The state after an event. A pure function. */
export function reduce(state: StatusState, event: AgentEvent): StatusState {
  if (event.actor.kind === "sub-agent") return state;
  switch (event.type) {
    case "text":
      return state.streaming === "tokens" ? grow(state, event) : state;
    case "text-withdrawn":
      return withdraw(state, event);
    case "turn":
      return endTurn(state, event);
    case "tool-started":
      return startCall(state, event);
    case "tool-ended":
      return endCall(state, event);
    case "todos":
      return withStatus(state, { todos: todoMap(event.todos, state.status.todos, event.at) });
    case "notice":
      return withNotice(state, event.text, event.at);
    default:
      return unreachable(event);
  }
}

function withStatus(state: StatusState, change: Partial<AgentExecutionStatus>): StatusState {
  return { ...state, status: { ...state.status, ...change } };
}

/** Adds a message of the runner. */
export function withNotice(state: StatusState, text: string, at: Date): StatusState {
  return withStatus(state, {
    messages: [...state.status.messages, newMessage(MessageType.MESSAGE_SYSTEM, text, at)],
  });
}

/** A message is created with its first visible text: readers print a message when they first see it, even if empty. */
function grow(state: StatusState, { turnId, text, at }: EventOf<"text">): StatusState {
  const { messages } = state.status;
  const index = state.growing.get(turnId);
  const message = index === undefined ? undefined : messages[index];
  if (index !== undefined && message !== undefined)
    return withStatus(state, { messages: messages.with(index, { ...message, content: message.content + text }) });
  const begun = (state.blank.get(turnId) ?? "") + text;
  const blank = new Map(state.blank);
  if (isBlank(begun)) return { ...state, blank: blank.set(turnId, begun) };
  blank.delete(turnId);
  const growing = new Map(state.growing).set(turnId, messages.length);
  const said = newMessage(MessageType.MESSAGE_AI, begun, at);
  return { ...withStatus(state, { messages: [...messages, said] }), growing, blank };
}

function isBlank(text: string): boolean {
  return text.trim() === "";
}

/** Removes a growing message. Nothing follows it before its turn ends. */
function withdraw(state: StatusState, { turnId }: EventOf<"text-withdrawn">): StatusState {
  const blank = new Map(state.blank);
  blank.delete(turnId);
  const index = state.growing.get(turnId);
  if (index === undefined) return { ...state, blank };
  const growing = new Map(state.growing);
  growing.delete(turnId);
  return { ...withStatus(state, { messages: state.status.messages.toSpliced(index, 1) }), growing, blank };
}

function endTurn(state: StatusState, { turnId, text, calls, at }: EventOf<"turn">): StatusState {
  const { messages, toolCalls, subAgentExecutions } = state.status;
  const answered = withAnswer(messages, state.growing.get(turnId), text, at);
  const blank = new Map(state.blank);
  blank.delete(turnId);
  const growing = new Map(state.growing);
  growing.delete(turnId);
  const ids = new Map(state.modelIds);
  const asked = calls.map((call) => newCall(call, ids));
  const delegated = asked.filter((call) => call.name === DELEGATE).map(newSubAgent);
  return {
    ...withStatus(state, {
      messages: [...answered, ...asked.map((call) => callMessage(call, at))],
      toolCalls: [...toolCalls, ...asked],
      subAgentExecutions: [...subAgentExecutions, ...delegated],
    }),
    growing,
    blank,
    modelIds: ids,
  };
}

/** Adds the text of a turn. A turn without text, which only calls tools, has no message. */
function withAnswer(
  messages: readonly AgentMessage[],
  index: number | undefined,
  text: string,
  at: Date,
): readonly AgentMessage[] {
  const grown = index === undefined ? undefined : messages[index];
  if (index !== undefined && grown !== undefined)
    return isBlank(text) ? messages : messages.with(index, { ...grown, content: text });
  return isBlank(text) ? messages : [...messages, newMessage(MessageType.MESSAGE_AI, text, at)];
}

/** A requested call. Some models reuse ids in every turn; an id that exists already gets a number. */
function newCall({ id: modelId, name: tool, args }: RequestedCall, ids: Map<string, string>): ToolCall {
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

function callMessage(call: ToolCall, at: Date): AgentMessage {
  return newMessage(MessageType.MESSAGE_TOOL, callText(call.name, call.args ?? {}), at, { toolCalls: [call] });
}

function newSubAgent({ id, args }: ToolCall): SubAgentExecution {
  const text = (key: string) => (typeof args?.[key] === "string" ? args[key] : "");
  return create(SubAgentExecutionSchema, {
    id,
    name: text("subagent_type"),
    input: text("description"),
    status: SubAgentStatus.SUB_AGENT_PENDING,
  });
}

function startCall(state: StatusState, { callId, at }: EventOf<"tool-started">): StatusState {
  const startedAt = rfc3339(at);
  return changeCall(
    state,
    (call) => state.modelIds.get(call.id) === callId && call.status === ToolCallStatus.TOOL_CALL_PENDING,
    (call) => ({ ...call, status: ToolCallStatus.TOOL_CALL_RUNNING, startedAt }),
    { status: SubAgentStatus.SUB_AGENT_IN_PROGRESS, startedAt },
  );
}

function endCall(state: StatusState, { callId, result, failure, keptAt, at }: EventOf<"tool-ended">): StatusState {
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
