import type pc from "picocolors";
import { printable } from "../shared/printable.ts";
import { humanDuration } from "../shared/time.ts";
import { cutToWidth } from "../shared/width.ts";
import {
  type AgentExecution,
  ExecutionPhase,
  type TodoItem,
  TodoStatus,
  type ToolCall,
  ToolCallStatus,
} from "../stigmer/index.ts";
import { PHASE_WORDS, phaseOf } from "./phase.ts";

type Colors = ReturnType<typeof pc.createColors>;

/** Lines of a command's output that are shown, from its end. */
const OUTPUT_LINES = 6;
/** Columns of a terminal that one of them takes. */
const LINE_WIDTH = 161;
/** What the second line of a command's label begins with: the whole command. */
const PROMPT = "$ ";

const TODO_MARKS: Readonly<Record<TodoStatus, string>> = {
  [TodoStatus.TODO_STATUS_UNSPECIFIED]: "[ ]",
  [TodoStatus.TODO_PENDING]: "[ ]",
  [TodoStatus.TODO_IN_PROGRESS]: "[~]",
  [TodoStatus.TODO_COMPLETED]: "[x]",
  [TodoStatus.TODO_CANCELLED]: "[-]",
};

/** How a call went: its mark, label and duration, and what a command said or why it failed. */
export function callLines(label: string, call: ToolCall, colors: Colors): string[] {
  const failed = call.status === ToolCallStatus.TOOL_CALL_FAILED;
  const mark = failed ? colors.red("✗") : colors.green("✓");
  const took =
    call.startedAt !== "" && call.completedAt !== "" ? Date.parse(call.completedAt) - Date.parse(call.startedAt) : 0;
  const head = `${mark} ${shownLabel(label)} ${colors.dim(`(${humanDuration(took)})`)}${failed ? colors.red(` ${firstLine(call.error)}`) : ""}`;
  const isCommand = call.componentMetadata?.componentType === "terminal";
  return [head, ...(isCommand ? outputLines(call.result).map((line) => colors.dim(`  ${line}`)) : [])];
}

function outputLines(result: string): string[] {
  const lines = printable(result)
    .split("\n")
    .map((line) => line.trimEnd())
    // The agent library's own account of the exit code; the mark and the error say it.
    .filter(
      (line) =>
        line !== "" && line !== "(no output)" && !/^\[Command (succeeded|failed) with exit code \d+\]$/.test(line),
    );
  const last = lines.slice(-OUTPUT_LINES).map((line) => cutToWidth(line, LINE_WIDTH));
  return lines.length > OUTPUT_LINES ? [`… ${lines.length - OUTPUT_LINES} more lines`, ...last] : last;
}

export function todoLines(todos: readonly TodoItem[], colors: Colors): string[] {
  return todos.map(({ content, status }) => {
    const line = `${TODO_MARKS[status]} ${oneLine(content)}`;
    return status === TodoStatus.TODO_COMPLETED ? colors.dim(line) : line;
  });
}

/** The last line: how it ended and how long it took. */
export function outcomeLine(execution: AgentExecution, colors: Colors): string {
  const { status, spec } = execution;
  const phase = phaseOf(execution);
  const took =
    status?.startedAt && status.completedAt ? Date.parse(status.completedAt) - Date.parse(status.startedAt) : 0;
  const text = `${PHASE_WORDS[phase]} after ${humanDuration(took)}`;
  const done = phase === ExecutionPhase.EXECUTION_COMPLETED;
  const next = spec?.sessionId ? colors.dim(` · continue with --session ${oneLine(spec.sessionId)}`) : "";
  return `${done ? colors.green(`✓ ${text}`) : colors.red(`✗ ${text}`)}${next}`;
}

function firstLine(text: string): string {
  return cutToWidth(printable(text).split("\n", 1)[0] ?? "", LINE_WIDTH);
}

/** What a call's label says on one line: of a command all of it, which is on the second line of its label. */
export function shownLabel(label: string): string {
  const [, second = ""] = label.split("\n");
  return oneLine(second.startsWith(PROMPT) ? second : label);
}

/** Text of the server's as a part of a line. */
export function oneLine(text: string): string {
  return printable(text).replaceAll(/[\n\t]+/g, " ");
}
