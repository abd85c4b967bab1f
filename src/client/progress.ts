import { unreachable } from "../shared/errors.ts";
import { boundaryBefore } from "../shared/graphemes.ts";
import { type AgentExecution, MessageType, type TodoItem, type ToolCall, ToolCallStatus } from "../stigmer/index.ts";
import { isTerminal } from "./phase.ts";
import { type SubAgentTask, tasksOf } from "./sub-agents.ts";

/** A change of an execution since its previous state. */
export type Progress =
  /** New text of the model. `starts`: it begins a message. */
  | { readonly type: "text"; readonly text: string; readonly starts: boolean }
  | { readonly type: "call-ended"; readonly label: string; readonly call: ToolCall }
  | { readonly type: "task-started"; readonly label: string; readonly task: SubAgentTask }
  | { readonly type: "task-ended"; readonly label: string; readonly task: SubAgentTask; readonly call: ToolCall }
  /** A call of a sub-agent, after its task has started and before it ends. */
  | {
      readonly type: "sub-agent-call-ended";
      readonly label: string;
      readonly task: SubAgentTask;
      readonly call: ToolCall;
    }
  | { readonly type: "todos"; readonly todos: readonly TodoItem[] }
  | { readonly type: "notice"; readonly text: string };

interface RunningCall {
  readonly label: string;
  readonly startedAt: string;
  /** The sub-agent that makes it, below its task; absent for calls of the main agent. */
  readonly subAgent?: string;
}

/** What is running now. */
export interface Activity {
  readonly running: readonly RunningCall[];
  readonly todos: readonly TodoItem[];
}

/** Compares each state of an execution with the previous one, because the backend sends whole states. */
export class ProgressReader {
  /** The text shown of each message, by index. */
  readonly #shown = new Map<number, string>();
  /** Keys of tasks that are known to work, and of calls that have ended. */
  readonly #started = new Set<string>();
  readonly #ended = new Set<string>();

  *read(execution: AgentExecution): Generator<Progress> {
    const { status } = execution;
    const messages = status?.messages ?? [];
    const ended = isTerminal(execution);
    const tasks = tasksOf(execution);
    for (const [index, message] of messages.entries()) {
      switch (message.type) {
        case MessageType.MESSAGE_AI:
          yield* this.#text(index, message.content, ended || index < messages.length - 1);
          break;
        case MessageType.MESSAGE_TOOL:
          yield* this.#call(index, message.content, message.toolCalls[0], tasks, status?.todos ?? {});
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
    tasks: ReadonlyMap<string, SubAgentTask>,
    todos: Readonly<Record<string, TodoItem>>,
  ): Generator<Progress> {
    if (call === undefined) return;
    const key = `${index} ${call.id}`;
    if (this.#ended.has(key)) return;
    const task = tasks.get(call.id);
    if (task !== undefined) yield* this.#work(key, label, call, task);
    if (!hasEnded(call)) return;
    this.#ended.add(key);
    if (task !== undefined) {
      yield { type: "task-ended", label, task, call };
      return;
    }
    const isList =
      call.componentMetadata?.componentType === "todo" && call.status === ToolCallStatus.TOOL_CALL_COMPLETED;
    // The to-do list itself is shown in place of the call that wrote it.
    yield isList ? { type: "todos", todos: todoList(todos) } : { type: "call-ended", label, call };
  }

  /** What is new of a task: that it works, and the calls of its sub-agent that have ended. */
  *#work(key: string, label: string, call: ToolCall, task: SubAgentTask): Generator<Progress> {
    const works = call.status === ToolCallStatus.TOOL_CALL_RUNNING || task.calls.length > 0;
    if (works && !this.#started.has(key)) {
      this.#started.add(key);
      yield { type: "task-started", label, task };
    }
    for (const own of task.calls) {
      const ownKey = `${key} ${own.call.id}`;
      if (this.#ended.has(ownKey) || !hasEnded(own.call)) continue;
      this.#ended.add(ownKey);
      yield { type: "sub-agent-call-ended", task, ...own };
    }
  }
}

/** Up to where a growing text can be shown: its last character may be incomplete. */
function safeEnd(content: string): number {
  const last = content.charCodeAt(content.length - 1);
  return last < 0x80 ? content.length : boundaryBefore(content, content.length - 1);
}

export function activityOf(execution: AgentExecution): Activity {
  const { status } = execution;
  const tasks = tasksOf(execution);
  const running = (status?.messages ?? []).flatMap(({ content, toolCalls: [call] }): RunningCall[] => {
    if (call === undefined || hasEnded(call)) return [];
    const task = tasks.get(call.id);
    return [{ label: content, startedAt: call.startedAt }, ...(task === undefined ? [] : workOf(call, task))];
  });
  return { running, todos: todoList(status?.todos ?? {}) };
}

/** What the sub-agent of a running task does. */
function workOf({ status, startedAt }: ToolCall, { tag, calls }: SubAgentTask): RunningCall[] {
  if (status !== ToolCallStatus.TOOL_CALL_RUNNING) return [];
  const open = calls.filter(({ call }) => !hasEnded(call));
  if (open.length > 0) return open.map(({ label, call }) => ({ label, startedAt: call.startedAt, subAgent: tag }));
  const since = calls.findLast(({ call }) => call.completedAt !== "")?.call.completedAt ?? startedAt;
  return [{ label: "thinking", startedAt: since, subAgent: tag }];
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
