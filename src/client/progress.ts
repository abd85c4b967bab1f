import { unreachable } from "../shared/errors.ts";
import { boundaryBefore } from "../shared/graphemes.ts";
import { type AgentExecution, MessageType, type TodoItem, type ToolCall, ToolCallStatus } from "../stigmer/index.ts";
import { isTerminal } from "./phase.ts";

/** A change of an execution since its previous state. */
export type Progress =
  /** New text of the model. `starts`: it begins a message. */
  | { readonly type: "text"; readonly text: string; readonly starts: boolean }
  | { readonly type: "call-ended"; readonly label: string; readonly call: ToolCall }
  | { readonly type: "todos"; readonly todos: readonly TodoItem[] }
  | { readonly type: "notice"; readonly text: string };

/** What is running now. */
export interface Activity {
  readonly running: readonly { readonly label: string; readonly startedAt: string }[];
  readonly todos: readonly TodoItem[];
}

/** Compares each state of an execution with the previous one, because the backend sends whole states. */
export class ProgressReader {
  /** The text shown of each message, by index. */
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

  /** A message that does not continue the shown text is another one: the model has started again. */
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
    // The to-do list itself is shown in place of the call that wrote it.
    yield isList ? { type: "todos", todos: todoList(todos) } : { type: "call-ended", label, call };
  }
}

/** Up to where a growing text can be shown: its last character may be incomplete. */
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

/** The to-do list in order; entries have the keys `todo-1`, `todo-2`, … */
function todoList(todos: Readonly<Record<string, TodoItem>>): TodoItem[] {
  return Object.entries(todos)
    .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([, todo]) => todo);
}
