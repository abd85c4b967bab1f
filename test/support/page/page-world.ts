/** What the status page shows, made up: executions, statuses and checks. */
import { create } from "@bufbuild/protobuf";
import { adminApp } from "../../../src/admin/admin-app.ts";
import type { AdminDeps } from "../../../src/admin/admin-deps.ts";
import { History, PageStreams } from "../../../src/admin/index.ts";
import { type ExecutionInfo, ExecutionRegistry } from "../../../src/executions/index.ts";
import { LABEL_KEY, TASK_KEY } from "../../../src/shared/sub-agents.ts";
import { LiveStatuses } from "../../../src/status/index.ts";
import {
  type AgentExecutionStatus,
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
} from "../../../src/stigmer/index.ts";
import { deps, HOST } from "../admin-request.ts";

export function pageWorld(more: Partial<AdminDeps> = {}) {
  const page = {
    executions: new ExecutionRegistry(),
    live: new LiveStatuses(),
    history: new History(),
    streams: new PageStreams(),
  };
  const app = adminApp(deps({ page, ...more }));
  return {
    ...page,
    app,
    ask: (path: string, init: RequestInit = {}) => {
      const headers = { host: HOST, ...(init.headers as Record<string, string> | undefined) };
      return Promise.resolve(app.request(path, { ...init, headers }));
    },
    /** An execution that the registry and the history see. */
    begin: (id: string, info: Partial<ExecutionInfo> = {}) => {
      const base = { threadId: "thread", workflowId: `workflow-${id}`, runId: `run-${id}`, activityId: "1" };
      const execution = { id, ...base, startedAt: new Date(), ...info };
      const [entry, observation] = [page.executions.begin(execution), page.history.begin()];
      return {
        signal: entry.signal,
        event: (event: Parameters<typeof entry.event>[0]) => {
          entry.event(event);
          observation.event(event);
        },
        end: (outcome: Parameters<typeof entry.end>[0]) => {
          entry.end(outcome);
          observation.end(outcome);
        },
      };
    },
    /** Lets the page show this status of an execution. */
    show: (id: string, status: AgentExecutionStatus) => page.live.begin(id, () => ({ status, bytes: 1000 })),
  };
}

/** A form as a browser sends it. */
export function form(fields: Record<string, string>): RequestInit {
  const body = new URLSearchParams(fields).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded", "content-length": String(body.length) };
  return { method: "POST", body, headers };
}

/** A status in which every text is the given one. */
export function statusOf(text: string): AgentExecutionStatus {
  const call = create(ToolCallSchema, {
    id: text,
    name: text,
    args: { [text]: text },
    result: text,
    error: text,
    status: ToolCallStatus.TOOL_CALL_FAILED,
  });
  const ofSubAgent = {
    ...call,
    componentMetadata: create(ComponentMetadataSchema, { metadata: { [TASK_KEY]: text, [LABEL_KEY]: text } }),
  };
  return create(AgentExecutionStatusSchema, {
    messages: [
      create(AgentMessageSchema, { type: MessageType.MESSAGE_HUMAN, content: text }),
      create(AgentMessageSchema, { type: MessageType.MESSAGE_AI, content: text }),
      create(AgentMessageSchema, { type: MessageType.MESSAGE_SYSTEM, content: text }),
      create(AgentMessageSchema, { type: MessageType.MESSAGE_TOOL, content: text, toolCalls: [call] }),
    ],
    toolCalls: [call, ofSubAgent],
    subAgentExecutions: [
      create(SubAgentExecutionSchema, {
        id: text,
        name: text,
        input: text,
        output: text,
        error: text,
        status: SubAgentStatus.SUB_AGENT_FAILED,
      }),
    ],
    todos: { [text]: create(TodoItemSchema, { id: text, content: text, status: TodoStatus.TODO_IN_PROGRESS }) },
  });
}
