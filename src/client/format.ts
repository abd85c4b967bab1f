import type pc from "picocolors";
import { printable } from "../shared/printable.ts";
import { humanDuration } from "../shared/time.ts";
import { shortUsageText } from "../shared/token-usage.ts";
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
import { usageOfExecution } from "./total-usage.ts";

type Colors = ReturnType<typeof pc.createColors>;

/** Number of lines shown from the end of a command's output. */
const OUTPUT_LINES = 6;
/** Maximum width of such a line in columns. */
const LINE_WIDTH = 161;
/** Prefix of the second line of a command's label, which contains the whole command. */
const PROMPT = "$ ";

const TODO_MARKS: Readonly<Record<TodoStatus, string>> = {
  [TodoStatus.TODO_STATUS_UNSPECIFIED]: "[ ]",
  [TodoStatus.TODO_PENDING]: "[ ]",
  [TodoStatus.TODO_IN_PROGRESS]: "[~]",
  [TodoStatus.TODO_COMPLETED]: "[x]",
  [TodoStatus.TODO_CANCELLED]: "[-]",
};

/** Indentation of what belongs to the line before. */
const INDENT = "  ";

/** A task that has begun. @param tag tells it from others with the same sub-agent */
export function taskLine(label: string, tag: string | undefined, colors: Colors): string {
  return `${colors.cyan("▸")} ${shownLabel(label)}${tagged(tag, colors)}`;
}

/** A finished task. */
export function taskEndLines(label: string, tag: string | undefined, call: ToolCall, colors: Colors): string[] {
  return callLines(label, call, colors).map((line, index) => (index === 0 ? `${line}${tagged(tag, colors)}` : line));
}

/** A finished call of a sub-agent, below its task. */
export function subAgentCallLines(tag: string, label: string, call: ToolCall, colors: Colors): string[] {
  return callLines(label, call, colors, `${tag} · `).map((line) => `${INDENT}${line}`);
}

function tagged(tag: string | undefined, colors: Colors): string {
  return tag === undefined ? "" : colors.dim(` [${tag}]`);
}

/** A finished call: its symbol, label and duration, and a command's output or the reason of its failure. */
export function callLines(label: string, call: ToolCall, colors: Colors, prefix = ""): string[] {
  const failed = call.status === ToolCallStatus.TOOL_CALL_FAILED;
  const mark = failed ? colors.red("✗") : colors.green("✓");
  const took =
    call.startedAt !== "" && call.completedAt !== "" ? Date.parse(call.completedAt) - Date.parse(call.startedAt) : 0;
  const head = `${mark} ${prefix}${shownLabel(label)} ${colors.dim(`(${humanDuration(took)})`)}${failed ? colors.red(` ${firstLine(call.error)}`) : ""}`;
  const isCommand = call.componentMetadata?.componentType === "terminal";
  return [head, ...(isCommand ? outputLines(call.result).map((line) => colors.dim(`${INDENT}${line}`)) : [])];
}

function outputLines(result: string): string[] {
  const lines = printable(result)
    .split("\n")
    .map((line) => line.trimEnd())
    // The agent library's line about the exit code; the symbol and the error say it already.
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

/** The last line: how the execution ended, how long it took, and what it used of its models. */
export function outcomeLine(execution: AgentExecution, colors: Colors): string {
  const { status, spec } = execution;
  const phase = phaseOf(execution);
  const took =
    status?.startedAt && status.completedAt ? Date.parse(status.completedAt) - Date.parse(status.startedAt) : 0;
  const text = `${PHASE_WORDS[phase]} after ${humanDuration(took)}`;
  const done = phase === ExecutionPhase.EXECUTION_COMPLETED;
  const usage = usageOfExecution(execution);
  const used = usage === undefined ? "" : colors.dim(` · ${shortUsageText(usage)}`);
  const next = spec?.sessionId ? colors.dim(` · continue with --session ${oneLine(spec.sessionId)}`) : "";
  return `${done ? colors.green(`✓ ${text}`) : colors.red(`✗ ${text}`)}${used}${next}`;
}

function firstLine(text: string): string {
  return cutToWidth(printable(text).split("\n", 1)[0] ?? "", LINE_WIDTH);
}

/** A call's label on one line; for a command the whole command. */
export function shownLabel(label: string): string {
  const [, second = ""] = label.split("\n");
  return oneLine(second.startsWith(PROMPT) ? second : label);
}

/** Text from the server as a part of a line, without control characters. */
export function oneLine(text: string): string {
  return printable(text).replaceAll(/[\n\t]+/g, " ");
}
