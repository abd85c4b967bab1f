import { AIMessage, AIMessageChunk, type BaseMessage, ToolMessage } from "@langchain/core/messages";
import { causeOf } from "../../shared/errors.ts";
import { answeredBy, usageOf } from "../model/answer-usage.ts";
import { type ToolNotes, textOf } from "../tools/tool-middleware.ts";
import { rejectionsOf } from "../turns/turn-notes.ts";
import { UnusableAnswer } from "../turns/unusable-answer.ts";
import type { Actor, AgentEvent, EventBase, RequestedCall, TodoEntry } from "./agent-event.ts";
import type { CallReporter } from "./call-reporter.ts";
import { customEvent } from "./custom-events.ts";
import { TurnIds } from "./turn-ids.ts";

/** What the agent library streams in its modes `messages`, `updates`, `tools` and `custom`, with sub-graphs. */
export type LibraryEvent =
  | readonly [namespace: readonly string[], mode: "messages", data: readonly [BaseMessage, unknown]]
  | readonly [namespace: readonly string[], mode: "updates", data: Readonly<Record<string, NodeUpdate | null>>]
  | readonly [
      namespace: readonly string[],
      mode: "tools",
      data: { readonly event: string; readonly toolCallId?: string },
    ]
  | readonly [namespace: readonly string[], mode: "custom", data: unknown];

interface NodeUpdate {
  readonly messages?: readonly BaseMessage[];
  readonly todos?: readonly TodoEntry[];
}

/** The nodes of the library's graph that call the model and the tools. */
const MODEL_NODE = "model_request";
const TOOLS_NODE = "tools";

/**
 * Translates the library's stream.
 * @param callAt the `task` call that runs in a graph node: events from below that node belong to its sub-agent
 * @param calls is told when answers begin
 * @throws what the stream throws; if that is an unusable answer, its turn comes first
 */
export async function* agentEvents(
  stream: AsyncIterable<LibraryEvent>,
  callAt: (node: string) => string | undefined,
  calls: Pick<CallReporter, "answering">,
): AsyncGenerator<AgentEvent> {
  const turns = new TurnIds();
  try {
    for await (const event of stream) {
      const node = event[0][0];
      if (isPiece(event)) calls.answering(node ?? "");
      const actor: Actor = node === undefined ? { kind: "main" } : { kind: "sub-agent", callId: callAt(node) ?? "" };
      yield* translated(event, node, { actor, at: new Date() }, turns);
    }
  } catch (error) {
    const unusable = causeOf(error, UnusableAnswer);
    if (unusable !== undefined) yield* unusableTurn(unusable.answer, turns);
    throw error;
  }
}

/** A piece of an answer: of its text, or of the calls that it asks for. */
function isPiece([, kind, data]: LibraryEvent): boolean {
  if (kind !== "messages") return false;
  const [message] = data;
  return AIMessageChunk.isInstance(message) && (message.text !== "" || (message.tool_call_chunks ?? []).length > 0);
}

function* translated(
  [, kind, data]: LibraryEvent,
  node: string | undefined,
  base: EventBase,
  turns: TurnIds,
): Generator<AgentEvent> {
  switch (kind) {
    case "messages": {
      const [message] = data;
      // Complete messages come as updates too: only pieces of an answer matter here.
      if (AIMessageChunk.isInstance(message) && message.text !== "")
        yield { ...base, type: "text", turnId: turns.continue(node, message.id), text: message.text };
      break;
    }
    case "custom":
      yield* customEvents(data, node, base, turns);
      break;
    case "updates":
      for (const [name, update] of Object.entries(data)) {
        if (name === MODEL_NODE) yield* turnEvents(update, base, (id) => turns.end(node, id) ?? "");
        else if (name === TOOLS_NODE) yield* toolEvents(update, base);
      }
      break;
    case "tools":
      if (data.event === "on_tool_start" && data.toolCallId !== undefined) {
        yield { ...base, type: "tool-started", callId: data.toolCallId };
      }
      break;
  }
}

/** Notices are for the user, whichever agent has caused them. */
function* customEvents(
  data: unknown,
  node: string | undefined,
  base: EventBase,
  turns: TurnIds,
): Generator<AgentEvent> {
  const event = customEvent(data);
  switch (event?.type) {
    case "agent-runner-asked-again": {
      const turnId = turns.end(node);
      if (turnId !== undefined) yield { ...base, type: "text-withdrawn", turnId };
      break;
    }
    case "agent-runner-notice":
      yield { ...base, actor: { kind: "main" }, type: "notice", text: event.text };
      break;
    case "agent-runner-todos":
      yield { ...base, type: "todos", todos: event.todos };
      break;
    case undefined:
      break;
  }
}

function* turnEvents(
  update: NodeUpdate | null,
  base: EventBase,
  turnId: (messageId: string | undefined) => string,
): Generator<AgentEvent> {
  for (const message of update?.messages ?? []) {
    if (AIMessage.isInstance(message)) yield turnEvent(message, base, turnId(message.id));
  }
}

function* toolEvents(update: NodeUpdate | null, base: EventBase): Generator<AgentEvent> {
  for (const message of update?.messages ?? []) {
    if (ToolMessage.isInstance(message)) yield toolEvent(message, base);
  }
  if (update?.todos !== undefined) yield { ...base, type: "todos", todos: update.todos };
}

/** An answer of the main agent that the conversation does not keep. Its calls are not executed. */
function* unusableTurn(message: AIMessage, turns: TurnIds): Generator<AgentEvent> {
  const base: EventBase = { actor: { kind: "main" }, at: new Date() };
  if (message.text.trim() === "" && callsOf(message).length === 0) return;
  yield turnEvent(message, base, turns.end(undefined, message.id) ?? "");
  for (const { callId, why } of rejectionsOf(message))
    yield { ...base, type: "tool-ended", callId, result: "", failure: why };
}

function turnEvent(message: AIMessage, base: EventBase, turnId: string): AgentEvent {
  const [usage, model] = [usageOf(message), answeredBy(message)];
  return {
    ...base,
    type: "turn",
    turnId,
    text: message.text,
    calls: callsOf(message),
    ...(usage === undefined ? {} : { usage }),
    ...(model === undefined ? {} : { model }),
  };
}

function toolEvent(message: ToolMessage, base: EventBase): AgentEvent {
  const { failure, keptAt } = (message.artifact ?? {}) as ToolNotes;
  const failed = failure ?? (message.status === "error" ? message.text : undefined);
  return {
    ...base,
    type: "tool-ended",
    callId: message.tool_call_id,
    result: textOf(message.content),
    ...(failed === undefined ? {} : { failure: failed }),
    ...(keptAt === undefined ? {} : { keptAt }),
  };
}

/** The calls of a turn, including those with invalid JSON, which are answered with an error. */
function callsOf(message: AIMessage): RequestedCall[] {
  const valid = (message.tool_calls ?? []).map(({ id, name, args }) => ({ id: id ?? "", name, args }));
  const invalid = (message.invalid_tool_calls ?? []).map(({ id, name, args }) => ({
    id: id ?? "",
    name: name ?? "",
    args: { raw: args ?? "" },
  }));
  return [...valid, ...invalid];
}
