import { timestampMs } from "@bufbuild/protobuf/wkt";
import type pc from "picocolors";
import { humanDuration } from "../shared/time.ts";
import { cutToWidth, widthOf } from "../shared/width.ts";
import { type AgentExecution, ExecutionPhase } from "../stigmer/index.ts";
import { oneLine } from "./format.ts";
import { PHASE_WORDS, phaseOf } from "./phase.ts";

type Colors = ReturnType<typeof pc.createColors>;

/** Maximum width of ids; real ones are shorter. */
const ID_WIDTH = 40;
/** Width of a message if the terminal's width is unknown. */
const MESSAGE_WIDTH = 80;

/** One line per execution: id, phase, age, session and the beginning of its message. */
export function listLines(
  executions: readonly AgentExecution[],
  colors: Colors,
  now: number,
  columns: number | undefined,
): string[] {
  const rows = executions.map((execution) => cells(execution, now));
  const widths = [0, 1, 2, 3].map((cell) => Math.max(...rows.map((row) => widthOf(row[cell] ?? ""))));
  return rows.map((row, index) => {
    const [id = "", phase = "", age = "", session = "", message = ""] = row.map((text, cell) =>
      cell < 4 ? `${text}${" ".repeat((widths[cell] ?? 0) - widthOf(text))}  ` : text,
    );
    const used = widthOf(`${id}${phase}${age}${session}`);
    const room = columns === undefined ? MESSAGE_WIDTH : Math.max(columns - used - 1, 10);
    const execution = executions[index];
    const painted = execution === undefined ? phase : colorOf(execution, colors)(phase);
    return `${id}${painted}${colors.dim(`${age}${session}`)}${cutToWidth(message, room)}`;
  });
}

function cells(execution: AgentExecution, now: number): string[] {
  const { metadata, spec, status } = execution;
  const created = createdAt(execution);
  return [
    cutToWidth(oneLine(metadata?.id ?? ""), ID_WIDTH),
    PHASE_WORDS[phaseOf(execution)] ?? String(status?.phase),
    Number.isNaN(created) ? "" : `${humanDuration(Math.max(now - created, 0))} ago`,
    cutToWidth(oneLine(spec?.sessionId ?? ""), ID_WIDTH),
    oneLine(spec?.message ?? "").trim(),
  ];
}

/** In ms since the epoch; NaN if unknown. */
function createdAt({ status }: AgentExecution): number {
  const created = status?.audit?.specAudit?.createdAt;
  return created === undefined ? Date.parse(status?.startedAt ?? "") : timestampMs(created);
}

function colorOf(execution: AgentExecution, colors: Colors): (text: string) => string {
  switch (phaseOf(execution)) {
    case ExecutionPhase.EXECUTION_COMPLETED:
      return colors.green;
    case ExecutionPhase.EXECUTION_FAILED:
    case ExecutionPhase.EXECUTION_CANCELLED:
      return colors.red;
    default:
      return colors.yellow;
  }
}
