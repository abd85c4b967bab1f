import { unreachable } from "../shared/errors.ts";
import { boundaryBefore } from "../shared/graphemes.ts";
import { type AgentExecution, MessageType, type TodoItem, type ToolCall, ToolCallStatus } from "../stigmer/index.ts";
import { isTerminal } from "./phase.ts";

/** What is new in an execution since it was last looked at. */
export type Progress =
  /** The model says more. `starts`: this is the beginning of a message. */
  | { readonly type: "text"; readonly text: string; readonly starts: boolean }
  | { readonly type: "call-ended"; readonly label: string; readonly call: ToolCall }
  | { readonly type: "todos"; readonly todos: readonly TodoItem[] }
  | { readonly type: "notice"; readonly text: string };

/** What is under way now. */
export interface Activity {
  readonly running: readonly { readonly label: string; readonly startedAt: string }[];
  readonly todos: readonly TodoItem[];
}

/** Compares each state of an execution with the one before: states are whole, people want what is new. */
export class ProgressReader {
  /** What was shown of each message, by its place. */
  readonly #shown = new Map<number, string>();
  readonly #ended = new Set<string>();

  *read(execution: AgentExecution): Generator<Progress> {
    const { status } = execution;
    const messages = status?.messages ?? [];
    const ended = isTerminal(execution);
    for (const [index, message] of messages.entries()) {
      switch (message.type) {
        case MessageType.MESSAGE_AI:
          yield* this.#text(index, message.content, ended || index < messages.length - 1);
          break;
        case MessageType.MESSAGE_TOOL:
          yield* this.#call(index, message.content, message.toolCalls[0], status?.todos ?? {});
          break;
        case MessageType.MESSAGE_SYSTEM:
          if (!this.#shown.has(index)) yield { type: "notice", text: message.content };
          this.#shown.set(index, message.content);
          break;
        case MessageType.MESSAGE_HUMAN:
        case MessageType.MESSAGE_TYPE_UNSPECIFIED:
          break;
        default:
          unreachable(message.type);
      }
    }
  }

  /** A message that does not go on from what was shown of it is another one: the model has begun again. */
  *#text(index: number, content: string, isWhole: boolean): Generator<Progress> {
    const before = this.#shown.get(index) ?? "";
    const text = isWhole ? content : content.slice(0, safeEnd(content));
    if (text === "" || before.startsWith(text)) return;
    const goesOn = text.startsWith(before);
    yield { type: "text", text: goesOn ? text.slice(before.length) : text, starts: !goesOn || before === "" };
    this.#shown.set(index, text);
  }

  *#call(
    index: number,
    label: string,
    call: ToolCall | undefined,
    todos: Readonly<Record<string, TodoItem>>,
  ): Generator<Progress> {
    if (call === undefined) return;
    const key = `${index} ${call.id}`;
    if (this.#ended.has(key) || !hasEnded(call)) return;
    this.#ended.add(key);
    const isList =
      call.componentMetadata?.componentType === "todo" && call.status === ToolCallStatus.TOOL_CALL_COMPLETED;
    // The list itself says more than that it was written.
    yield isList ? { type: "todos", todos: todoList(todos) } : { type: "call-ended", label, call };
  }
}

/** Where a text that may go on can be shown up to: its last character may be a part of one that is not whole yet. */
function safeEnd(content: string): number {
  const last = content.charCodeAt(content.length - 1);
  return last < 0x80 ? content.length : boundaryBefore(content, content.length - 1);
}

export function activityOf({ status }: AgentExecution): Activity {
  const running = (status?.messages ?? []).flatMap(({ content, toolCalls: [call] }) =>
    call !== undefined && !hasEnded(call) ? [{ label: content, startedAt: call.startedAt }] : [],
  );
  return { running, todos: todoList(status?.todos ?? {}) };
}

function hasEnded({ status }: ToolCall): boolean {
  return status === ToolCallStatus.TOOL_CALL_COMPLETED || status === ToolCallStatus.TOOL_CALL_FAILED;
}

/** The list in its order: entries are keyed `todo-1`, `todo-2`, … */
function todoList(todos: Readonly<Record<string, TodoItem>>): TodoItem[] {
  return Object.entries(todos)
    .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([, todo]) => todo);
}
