import { create, type JsonObject } from "@bufbuild/protobuf";
import type { AgentEvent, RequestedCall } from "../agent/index.ts";
import { TASK_TOOL } from "../shared/sub-agents.ts";
import { rfc3339 } from "../shared/time.ts";
import {
  type AgentMessage,
  MessageType,
  type SubAgentExecution,
  SubAgentStatus,
  type ToolCall,
  ToolCallSchema,
  ToolCallStatus,
} from "../stigmer/index.ts";
import { callText, componentType, MAIN_AGENT_GROUP } from "./labels.ts";
import { newMessage, type StatusState, withStatus } from "./status-state.ts";
import { actorIn, callMetadata, isOpenSubAgent, taskOf, workOf } from "./sub-agents.ts";
import { boundedArguments, boundedName, boundedResult } from "./tool-text.ts";

type EventOf<T extends AgentEvent["type"]> = Extract<AgentEvent, { type: T }>;

/**
 * A requested call. Some models reuse ids in every turn; an id that exists already gets a number.
 * @param task the sub-agent that asks for it; absent for the main agent
 */
export function newCall(
  { id: modelId, name: tool, args: given }: RequestedCall,
  ids: Map<string, string>,
  task?: SubAgentExecution,
): ToolCall {
  const shown = boundedName(modelId);
  const name = boundedName(tool);
  const args = boundedArguments(given) as JsonObject;
  let id = shown;
  for (let number = 2; ids.has(id); number++) id = `${shown}#${number}`;
  ids.set(id, modelId);
  const owner =
    task === undefined
      ? { componentGroup: MAIN_AGENT_GROUP }
      : { componentGroup: task.name, metadata: callMetadata(task, callText(name, args)) };
  return create(ToolCallSchema, {
    id,
    name,
    args,
    status: ToolCallStatus.TOOL_CALL_PENDING,
    componentMetadata: { componentType: componentType(name), ...owner },
  });
}

export function callMessage(
  call: ToolCall,
  at: Date,
  more: Partial<Pick<AgentMessage, "metadata">> = {},
): AgentMessage {
  return newMessage(MessageType.MESSAGE_TOOL, callText(call.name, call.args ?? {}), at, { toolCalls: [call], ...more });
}

export function startCall(state: StatusState, event: EventOf<"tool-started">): StatusState {
  const index = findCall(state, event, ({ status }) => status === ToolCallStatus.TOOL_CALL_PENDING);
  const call = state.status.toolCalls[index];
  if (call === undefined) return state;
  const startedAt = rfc3339(event.at);
  const after = { ...call, status: ToolCallStatus.TOOL_CALL_RUNNING, startedAt };
  return withCall(state, index, after, { status: SubAgentStatus.SUB_AGENT_IN_PROGRESS, startedAt });
}

export function endCall(state: StatusState, event: EventOf<"tool-ended">): StatusState {
  const index = findCall(state, event, isOpen);
  const call = state.status.toolCalls[index];
  if (call === undefined) return state;
  const isTask = call.name === TASK_TOOL && taskOf(call) === undefined;
  const before = isTask
    ? closeCalls(
        state,
        (other) => taskOf(other) === call.id,
        "the sub-agent ended without a result of this call",
        event.at,
      )
    : state;
  const { result, failure, keptAt, at } = event;
  const failed = failure !== undefined;
  const completedAt = rfc3339(at);
  const output = boundedResult(result, keptAt);
  const error = failure === undefined ? "" : boundedResult(failure, undefined);
  const startedAt = call.startedAt === "" ? completedAt : call.startedAt;
  const status = failed ? ToolCallStatus.TOOL_CALL_FAILED : ToolCallStatus.TOOL_CALL_COMPLETED;
  return withCall(
    before,
    index,
    { ...call, status, result: output, startedAt, completedAt, error },
    {
      status: failed ? SubAgentStatus.SUB_AGENT_FAILED : SubAgentStatus.SUB_AGENT_COMPLETED,
      output: failed ? "" : output,
      startedAt,
      completedAt,
      error,
      ...(isTask ? { metadata: workOf(call.id, before.status.toolCalls) } : {}),
    },
  );
}

/** The first call of the event's agent that has the event's id and fits. Agents may use the same ids. */
function findCall(
  state: StatusState,
  event: EventOf<"tool-started" | "tool-ended">,
  fits: (call: ToolCall) => boolean,
): number {
  const actor = actorIn(state, event);
  return state.status.toolCalls.findIndex(
    (call) => state.modelIds.get(call.id) === event.callId && taskOf(call) === actor?.id && fits(call),
  );
}

/** Replaces a call everywhere: in the list of calls, in its message, as a sub-agent. */
function withCall(
  state: StatusState,
  index: number,
  call: ToolCall,
  subAgentChange: Partial<SubAgentExecution>,
): StatusState {
  const { messages, toolCalls, subAgentExecutions } = state.status;
  const listed = toolCalls.with(index, call);
  if (taskOf(call) !== undefined) return withStatus(state, { toolCalls: listed });
  const messageIndex = messages.findLastIndex((message) => message.toolCalls[0]?.id === call.id);
  const message = messages[messageIndex];
  const agentIndex = call.name === TASK_TOOL ? subAgentExecutions.findLastIndex((agent) => agent.id === call.id) : -1;
  const agent = subAgentExecutions[agentIndex];
  return withStatus(state, {
    toolCalls: listed,
    ...(message === undefined ? {} : { messages: messages.with(messageIndex, { ...message, toolCalls: [call] }) }),
    ...(agent === undefined
      ? {}
      : { subAgentExecutions: subAgentExecutions.with(agentIndex, changedSubAgent(agent, subAgentChange)) }),
  });
}

function changedSubAgent(agent: SubAgentExecution, change: Partial<SubAgentExecution>): SubAgentExecution {
  const metadata = change.metadata === undefined ? {} : { metadata: { ...agent.metadata, ...change.metadata } };
  return { ...agent, ...change, ...metadata };
}

/** Whether a call has not ended. */
export function isOpen({ status }: ToolCall): boolean {
  return status === ToolCallStatus.TOOL_CALL_PENDING || status === ToolCallStatus.TOOL_CALL_RUNNING;
}

/** Closes all open calls and sub-agents as failed: an execution that has ended has none. */
export function closeOpenCalls(state: StatusState, failure: string, at: Date): StatusState {
  const closed = closeCalls({ ...state, growing: new Map(), blank: new Map() }, () => true, failure, at);
  const { toolCalls, subAgentExecutions } = closed.status;
  // The call of a sub-agent may have been left out of the status that a killed runner sent last.
  return withStatus(closed, {
    subAgentExecutions: subAgentExecutions.map((agent) =>
      isOpenSubAgent(agent)
        ? {
            ...agent,
            ...closing(agent, failure, at),
            status: SubAgentStatus.SUB_AGENT_FAILED,
            metadata: { ...agent.metadata, ...workOf(agent.id, toolCalls) },
          }
        : agent,
    ),
  });
}

/** Closes those open calls that fit, as failed. */
function closeCalls(state: StatusState, fits: (call: ToolCall) => boolean, failure: string, at: Date): StatusState {
  const { messages, toolCalls } = state.status;
  const closed = new Map(
    toolCalls.filter((call) => isOpen(call) && fits(call)).map((call) => [call.id, closedCall(call, failure, at)]),
  );
  if (closed.size === 0) return state;
  return withStatus(state, {
    toolCalls: toolCalls.map((call) => closed.get(call.id) ?? call),
    messages: messages.map((message) => {
      const call = closed.get(message.toolCalls[0]?.id ?? "");
      return call === undefined ? message : { ...message, toolCalls: [call] };
    }),
  });
}

function closedCall(call: ToolCall, failure: string, at: Date): ToolCall {
  return { ...call, ...closing(call, failure, at), status: ToolCallStatus.TOOL_CALL_FAILED, result: "" };
}

function closing({ startedAt }: Pick<ToolCall, "startedAt">, error: string, at: Date) {
  const completedAt = rfc3339(at);
  return { startedAt: startedAt === "" ? completedAt : startedAt, completedAt, error };
}
