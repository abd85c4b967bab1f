import { shortNumber } from "../../shared/number-format.ts";
import { printableLine } from "../../shared/printable.ts";
import { humanDuration } from "../../shared/time.ts";
import { cutToWidth, widthOf } from "../../shared/width.ts";
import type { Execution } from "./answers.ts";

/** Widest cell, in columns; the last cell of a row may be wider. */
const MAX_CELL = 40;
const GAP = 2;

interface Column {
  readonly title: string;
  /** Those with the highest number are left out first on a narrow terminal. */
  readonly priority: number;
  readonly cell: (execution: Execution) => string;
}

const COLUMNS: readonly Column[] = [
  { title: "EXECUTION", priority: 0, cell: ({ id }) => id },
  { title: "STAGE", priority: 0, cell: stageOf },
  {
    title: "FOR",
    priority: 1,
    cell: (execution) => (execution.state === "active" ? humanDuration(execution.stageMs) : ""),
  },
  { title: "AGE", priority: 2, cell: ({ durationMs }) => humanDuration(durationMs) },
  { title: "TOKENS", priority: 3, cell: tokensOf },
  { title: "AGENT", priority: 4, cell: ({ agent }) => agent ?? "" },
  { title: "SESSION", priority: 5, cell: ({ sessionId }) => sessionId ?? "" },
  { title: "DOES", priority: 1, cell: detailOf },
];

/**
 * Executions as lines, with a heading.
 * @param columns the width of the terminal; absent if there is none
 */
export function executionTable(executions: readonly Execution[], columns?: number): string[] {
  const all = COLUMNS.map((column) => {
    const cells = [column.title, ...executions.map((execution) => printableLine(column.cell(execution)))];
    const isLast = column.title === "DOES";
    const shown = isLast ? cells : cells.map((cell) => cutToWidth(cell, MAX_CELL));
    return { ...column, isLast, shown, width: Math.max(...shown.map(widthOf)) };
  }).filter(({ shown }) => shown.slice(1).some((cell) => cell !== ""));
  const isWide = () =>
    all.reduce((sum, { isLast, width }) => sum + (isLast ? 16 : width) + GAP, 0) > (columns ?? Infinity);
  while (isWide()) {
    const worst = all.reduce((one, other) => (other.priority > one.priority ? other : one));
    if (worst.priority <= 1) break;
    all.splice(all.indexOf(worst), 1);
  }
  return [...Array(executions.length + 1).keys()].map((row) => {
    const line = all.map(
      ({ shown, width }) => `${shown[row] ?? ""}${" ".repeat(Math.max(width - widthOf(shown[row] ?? ""), 0))}`,
    );
    const text = line.join(" ".repeat(GAP)).trimEnd();
    return columns === undefined ? text : cutToWidth(text, columns);
  });
}

function stageOf(execution: Execution): string {
  if (execution.state === "ended") return execution.outcome;
  return execution.stop === null ? execution.stage : `${execution.stage} (${execution.stop.code})`;
}

function detailOf(execution: Execution): string {
  if (execution.state === "ended") return execution.reason ?? "";
  return execution.tools.map(({ name, durationMs }) => `${name} ${humanDuration(durationMs)}`).join(", ");
}

function tokensOf({ usage: { modelCalls, inputTokens, outputTokens } }: Execution): string {
  if (modelCalls === 0 && inputTokens === 0) return "";
  return inputTokens === 0 && outputTokens === 0 ? "?" : `${shortNumber(inputTokens)}/${shortNumber(outputTokens)}`;
}
