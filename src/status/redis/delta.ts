import { type DescMessage, equals, type JsonObject, type MessageShape, toJson } from "@bufbuild/protobuf";
import {
  type AgentExecutionStatus,
  AgentExecutionStatusSchema,
  type AgentMessage,
  AgentMessageSchema,
  ExecutionPhase,
  SubAgentExecutionSchema,
  type TodoItem,
  TodoItemSchema,
  type ToolCall,
  ToolCallSchema,
} from "../../stigmer/index.ts";
import type { MessageChange, StatusDelta } from "./event.ts";

/**
 * The changes from one status to the next. Elements that are the same object have not changed.
 * @returns `undefined` if a delta cannot express them: something was dropped or moved
 */
export function deltaBetween(before: AgentExecutionStatus, after: AgentExecutionStatus): StatusDelta | undefined {
  const calls = changedById(before.toolCalls, after.toolCalls);
  const agents = changedById(before.subAgentExecutions, after.subAgentExecutions);
  const listed = new Set(after.toolCalls);
  const messages = changedMessages(before.messages, after.messages, listed);
  if (calls === undefined || agents === undefined || messages === undefined || !sameRest(before, after))
    return undefined;
  const fields = changedFields(before, after);
  const todos = changedTodos(before.todos, after.todos);
  return {
    ...(Object.keys(fields).length > 0 ? { fields } : {}),
    ...(calls.length > 0 ? { toolCalls: calls.map((call) => json(ToolCallSchema, call)) } : {}),
    ...(messages.length > 0 ? { messages } : {}),
    ...(agents.length > 0 ? { subAgentExecutions: agents.map((agent) => json(SubAgentExecutionSchema, agent)) } : {}),
    ...(Object.keys(todos).length > 0 ? { todos } : {}),
  };
}

/** New and changed elements of a list; `undefined` if elements were added elsewhere than at the end. */
function changedById<T extends { readonly id: string }>(before: readonly T[], after: readonly T[]): T[] | undefined {
  if (after.length < before.length) return undefined;
  const changed = after.filter((part, index) => part !== before[index]);
  const inPlace = before.every(({ id }, index) => id === after[index]?.id);
  return inPlace ? changed : undefined;
}

function changedMessages(
  before: readonly AgentMessage[],
  after: readonly AgentMessage[],
  listed: ReadonlySet<ToolCall>,
): MessageChange[] | undefined {
  if (after.length < before.length) return undefined;
  const changes: MessageChange[] = [];
  for (const [index, message] of after.entries()) {
    const old = before[index];
    if (message === old) continue;
    // Readers look up a message's calls in the list.
    if (!message.toolCalls.every((call) => listed.has(call))) return undefined;
    if (old === undefined || !sameFrame(old, message) || !message.content.startsWith(old.content))
      changes.push({ index, ...messageJson(message) });
    else if (message.content.length > old.content.length)
      changes.push({ index, append: message.content.slice(old.content.length) });
  }
  return changes;
}

/** Whether two messages differ at most in their content and in the states of their calls. */
function sameFrame(before: AgentMessage, after: AgentMessage): boolean {
  return (
    before.type === after.type &&
    before.timestamp === after.timestamp &&
    before.metadata === after.metadata &&
    before.toolCalls.length === after.toolCalls.length &&
    before.toolCalls.every(({ id }, index) => id === after.toolCalls[index]?.id)
  );
}

function messageJson(message: AgentMessage): { readonly message: JsonObject; readonly calls?: readonly string[] } {
  const bare = json(AgentMessageSchema, { ...message, toolCalls: [] });
  return message.toolCalls.length === 0
    ? { message: bare }
    : { message: bare, calls: message.toolCalls.map(({ id }) => id) };
}

function changedFields(before: AgentExecutionStatus, after: AgentExecutionStatus): Record<string, string | null> {
  const fields: Record<string, string | null> = {};
  if (before.phase !== after.phase) fields["phase"] = ExecutionPhase[after.phase] ?? null;
  for (const name of ["error", "startedAt", "completedAt"] as const)
    if (before[name] !== after[name]) fields[name] = after[name] === "" ? null : after[name];
  return fields;
}

function changedTodos(
  before: Readonly<Record<string, TodoItem>>,
  after: Readonly<Record<string, TodoItem>>,
): Record<string, JsonObject | null> {
  const removed = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  const changed = Object.entries(after).filter(([key, todo]) => !Object.hasOwn(before, key) || before[key] !== todo);
  return Object.fromEntries([
    ...removed.map((key) => [key, null] as const),
    ...changed.map(([key, todo]) => [key, json(TodoItemSchema, todo)] as const),
  ]);
}

/** Whether everything that a delta cannot express is unchanged. */
function sameRest(before: AgentExecutionStatus, after: AgentExecutionStatus): boolean {
  return equals(AgentExecutionStatusSchema, restOf(before), restOf(after));
}

function restOf(status: AgentExecutionStatus): AgentExecutionStatus {
  const texts = { error: "", startedAt: "", completedAt: "", phase: ExecutionPhase.EXECUTION_PHASE_UNSPECIFIED };
  return { ...status, ...texts, messages: [], toolCalls: [], subAgentExecutions: [], todos: {} };
}

function json<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): JsonObject {
  return toJson(schema, message) as JsonObject;
}
