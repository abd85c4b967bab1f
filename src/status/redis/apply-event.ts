import type { JsonObject } from "@bufbuild/protobuf";
import type { MessageChange, StatusDelta, StatusEvent } from "./event.ts";

/** The state of a reader that follows an execution. */
export interface ReaderState {
  /** Sequence number of the event that was applied last. */
  readonly sequence: number;
  readonly terminal: boolean;
  /** `AgentExecutionStatus` as ProtoJSON. */
  readonly status: JsonObject;
}

/**
 * The rule by which readers follow an execution: their state after an event. Events may arrive twice, through the channel
 * and through the stream, and some may be missing. A delta applies only to the state right before it; otherwise a reader
 * waits for the next whole state, which follows each gap that the runner knows of.
 */
export function applyEvent(state: ReaderState | undefined, event: StatusEvent): ReaderState | undefined {
  const { sequence, terminal } = event;
  if (state !== undefined && (state.terminal || sequence <= state.sequence)) return state;
  if (event.kind === "state") return { sequence, terminal, status: event.status };
  if (state === undefined || sequence !== state.sequence + 1) return state;
  return { sequence, terminal, status: changed(state.status, event.delta) };
}

function changed(status: JsonObject, delta: StatusDelta): JsonObject {
  const calls = new Map(listOf(delta.toolCalls).map((call) => [idOf(call), call]));
  const toolCalls = merged(listOf(status["toolCalls"]), calls);
  const known = new Map(toolCalls.map((call) => [idOf(call), call]));
  const messages = listOf(status["messages"]).map((message) => withCalls(message, calls));
  for (const change of delta.messages ?? [])
    messages[change.index] = messageAfter(messages[change.index], change, known);
  const agents = new Map(listOf(delta.subAgentExecutions).map((agent) => [idOf(agent), agent]));
  return withoutEmpty({
    ...patched(status, delta.fields ?? {}),
    messages,
    toolCalls,
    subAgentExecutions: merged(listOf(status["subAgentExecutions"]), agents),
    todos: patched((status["todos"] ?? {}) as JsonObject, delta.todos ?? {}),
  });
}

function messageAfter(
  before: JsonObject | undefined,
  change: MessageChange,
  calls: ReadonlyMap<string, JsonObject>,
): JsonObject {
  if ("append" in change) return { ...before, content: `${before?.["content"] ?? ""}${change.append}` };
  const toolCalls = (change.calls ?? []).map((id) => calls.get(id) ?? {});
  return withoutEmpty({ ...change.message, toolCalls });
}

/** Replaces the changed calls of a message. */
function withCalls(message: JsonObject, calls: ReadonlyMap<string, JsonObject>): JsonObject {
  const toolCalls = listOf(message["toolCalls"]);
  if (!toolCalls.some((call) => calls.has(idOf(call)))) return message;
  return { ...message, toolCalls: toolCalls.map((call) => calls.get(idOf(call)) ?? call) };
}

/** Replaces the changed elements of a list and appends new ones. */
function merged(before: readonly JsonObject[], parts: ReadonlyMap<string, JsonObject>): JsonObject[] {
  const places = new Set(before.map(idOf));
  const added = [...parts].flatMap(([id, part]) => (places.has(id) ? [] : [part]));
  return [...before.map((part) => parts.get(idOf(part)) ?? part), ...added];
}

/** Applies a JSON merge patch (RFC 7396): `null` removes a key. */
function patched(before: JsonObject, patch: Readonly<JsonObject>): JsonObject {
  const values = Object.entries({ ...before, ...patch }).filter(([, value]) => value !== null);
  return Object.fromEntries(values);
}

/** ProtoJSON omits empty lists and maps. */
function withoutEmpty(object: JsonObject): JsonObject {
  const isEmpty = (value: unknown) => typeof value === "object" && value !== null && Object.keys(value).length === 0;
  const kept = Object.entries(object).filter(([key, value]) => !(LISTS.has(key) && isEmpty(value)));
  return Object.fromEntries(kept);
}

const LISTS: ReadonlySet<string> = new Set(["messages", "toolCalls", "subAgentExecutions", "todos"]);

/** ProtoJSON omits empty strings. */
function idOf(part: JsonObject): string {
  return typeof part["id"] === "string" ? part["id"] : "";
}

function listOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? (value as JsonObject[]) : [];
}
