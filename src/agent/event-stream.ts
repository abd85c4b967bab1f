import { AIMessage, AIMessageChunk, type BaseMessage, ToolMessage } from "@langchain/core/messages";
import type { Actor, AgentEvent, RequestedCall, TodoEntry } from "./agent-event.ts";
import { type ToolNotes, textOf } from "./tool-middleware.ts";

/** What the agent library streams in its modes `messages`, `updates` and `tools`, with sub-graphs. */
export type LibraryEvent =
  | readonly [namespace: readonly string[], mode: "messages", data: readonly [BaseMessage, unknown]]
  | readonly [namespace: readonly string[], mode: "updates", data: Readonly<Record<string, NodeUpdate | null>>]
  | readonly [
      namespace: readonly string[],
      mode: "tools",
      data: { readonly event: string; readonly toolCallId?: string },
    ];

/** What all events of one step have in common. */
interface Happened {
  readonly actor: Actor;
  readonly at: Date;
}

interface NodeUpdate {
  readonly messages?: readonly BaseMessage[];
  readonly todos?: readonly TodoEntry[];
}

/** The node of the library's graph in which the model is called. */
const MODEL_NODE = "model_request";
const TOOLS_NODE = "tools";

/** Translates the library's stream. `callAt` names the call that runs in a graph node, which sub-agents report from. */
export async function* agentEvents(
  stream: AsyncIterable<LibraryEvent>,
  callAt: (node: string) => string | undefined,
): AsyncGenerator<AgentEvent> {
  for await (const [namespace, kind, data] of stream) {
    const node = namespace[0];
    const actor: Actor = node === undefined ? { kind: "main" } : { kind: "sub-agent", callId: callAt(node) ?? "" };
    const happened = { actor, at: new Date() };
    switch (kind) {
      case "messages": {
        const [message] = data;
        // Whole messages come as updates too; only the pieces of one that is being written matter here.
        if (AIMessageChunk.isInstance(message) && message.text !== "") {
          yield { ...happened, type: "text", turnId: message.id ?? "", text: message.text };
        }
        break;
      }
      case "updates":
        for (const [name, update] of Object.entries(data)) yield* fromUpdate(name, update, happened);
        break;
      case "tools":
        if (data.event === "on_tool_start" && data.toolCallId !== undefined) {
          yield { ...happened, type: "tool-started", callId: data.toolCallId };
        }
        break;
    }
  }
}

function* fromUpdate(node: string, update: NodeUpdate | null, happened: Happened): Generator<AgentEvent> {
  if (node === MODEL_NODE) {
    for (const message of update?.messages ?? []) {
      if (AIMessage.isInstance(message)) yield turnEvent(message, happened);
    }
  } else if (node === TOOLS_NODE) {
    for (const message of update?.messages ?? []) {
      if (ToolMessage.isInstance(message)) yield toolEvent(message, happened);
    }
    if (update?.todos !== undefined) yield { ...happened, type: "todos", todos: update.todos };
  }
}

function turnEvent(message: AIMessage, happened: Happened): AgentEvent {
  return { ...happened, type: "turn", turnId: message.id ?? "", text: message.text, calls: callsOf(message) };
}

function toolEvent(message: ToolMessage, happened: Happened): AgentEvent {
  const { failure, keptAt } = (message.artifact ?? {}) as ToolNotes;
  const failed = failure ?? (message.status === "error" ? message.text : undefined);
  return {
    ...happened,
    type: "tool-ended",
    callId: message.tool_call_id,
    result: textOf(message.content),
    ...(failed === undefined ? {} : { failure: failed }),
    ...(keptAt === undefined ? {} : { keptAt }),
  };
}

/** The calls of a turn, those included whose arguments were not valid JSON: they are answered with an error. */
function callsOf(message: AIMessage): RequestedCall[] {
  const valid = (message.tool_calls ?? []).map(({ id, name, args }) => ({ id: id ?? "", name, args }));
  const invalid = (message.invalid_tool_calls ?? []).map(({ id, name, args }) => ({
    id: id ?? "",
    name: name ?? "",
    args: { raw: args ?? "" },
  }));
  return [...valid, ...invalid];
}
