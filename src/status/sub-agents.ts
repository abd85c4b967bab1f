import { create, type JsonObject } from "@bufbuild/protobuf";
import type { AgentEvent, RequestedCall } from "../agent/index.ts";
import { LABEL_KEY, TASK_KEY } from "../shared/sub-agents.ts";
import {
  type SubAgentExecution,
  SubAgentExecutionSchema,
  SubAgentStatus,
  type ToolCall,
  ToolCallStatus,
} from "../stigmer/index.ts";
import type { StatusState } from "./status-state.ts";
import { boundedName, boundedResult } from "./tool-text.ts";

/** The sub-agent that a task starts. @param task the call as the model asked for it */
export function newSubAgent(id: string, { args }: RequestedCall): SubAgentExecution {
  const text = (key: string) => (Object.hasOwn(args, key) && typeof args[key] === "string" ? args[key] : "");
  return create(SubAgentExecutionSchema, {
    id,
    name: boundedName(text("subagent_type")),
    input: boundedResult(text("description"), undefined),
    status: SubAgentStatus.SUB_AGENT_PENDING,
  });
}

/** The sub-agent that an event comes from; `undefined` if it comes from the main agent or from an unknown one. */
export function actorIn({ status, modelIds }: StatusState, { actor }: AgentEvent): SubAgentExecution | undefined {
  if (actor.kind === "main") return undefined;
  const found = status.subAgentExecutions.filter(({ id }) => modelIds.get(id) === actor.callId);
  return found.find(isOpenSubAgent) ?? found.at(-1);
}

export function callMetadata(task: SubAgentExecution, label: string): JsonObject {
  return { [TASK_KEY]: task.id, [LABEL_KEY]: label };
}

/** The id of the task that a call of a sub-agent belongs to; `undefined` for a call of the main agent. */
export function taskOf({ componentMetadata }: ToolCall): string | undefined {
  const id = componentMetadata?.metadata?.[TASK_KEY];
  return typeof id === "string" ? id : undefined;
}

export function isOpenSubAgent({ status }: SubAgentExecution): boolean {
  return status === SubAgentStatus.SUB_AGENT_PENDING || status === SubAgentStatus.SUB_AGENT_IN_PROGRESS;
}

/** What a sub-agent did, in numbers. */
export function workOf(id: string, calls: readonly ToolCall[]): JsonObject {
  const own = calls.filter((call) => taskOf(call) === id);
  return {
    toolCalls: own.length,
    failedToolCalls: own.filter(({ status }) => status === ToolCallStatus.TOOL_CALL_FAILED).length,
  };
}
