import { EXIT, type ExitCode } from "../cli/index.ts";
import { printableLine } from "../shared/printable.ts";
import { humanDuration } from "../shared/time.ts";
import { shortUsageText, sumOf } from "../shared/token-usage.ts";
import { AdminRequestError } from "./admin/admin-client.ts";
import { type AdminCommandOptions, type AdminWork, adminCommand } from "./admin/admin-command.ts";
import { type Health, health } from "./admin/answers.ts";
import { executionTable } from "./admin/execution-table.ts";
import { type Executions, fetchExecutions } from "./admin/fetch-executions.ts";
import { foldedText } from "./admin/fold.ts";
import { safeJsonLine, terminalSize } from "./admin/terminal.ts";

/** Executions that are shown, so that all fits on one screen. */
const SHOWN = 8;
const NOT_READY = 503;

const MARKS: ReadonlyMap<string, string> = new Map([
  ["ok", "✓"],
  ["degraded", "!"],
]);

export interface StatusOptions extends AdminCommandOptions {
  readonly json: boolean;
}

/** `agent-runner status`: whether a runner is ready, why not and what to do, and what it does, on one screen. */
export async function status(options: StatusOptions): Promise<ExitCode> {
  const { json, write } = options;
  return await adminCommand(options, async (parts) => {
    const { client, signal } = parts;
    const state = await client.ask("/healthz", health, { accept: [NOT_READY], signal });
    const executions = await executionsOf(parts);
    const isReady = state.status !== "not ready";
    if (json) {
      write(safeJsonLine({ ...state, ...(typeof executions === "string" ? {} : { executions }) }));
      return isReady ? EXIT.ok : EXIT.failed;
    }
    const columns = terminalSize()?.columns;
    const lines = [...healthLines(state, client.shownUrl), "", ...executionLines(executions, columns)];
    write(foldedText(lines, columns));
    return isReady ? EXIT.ok : EXIT.failed;
  });
}

/** @returns a text if the server refuses to show them: without its token the rest is still worth showing */
async function executionsOf({ client, signal }: AdminWork): Promise<Executions | string> {
  try {
    return await fetchExecutions(client, signal);
  } catch (error) {
    if (error instanceof AdminRequestError && error.status !== undefined) return error.message;
    throw error;
  }
}

function healthLines(
  { status: word, state, mode, version, uptimeSeconds, deadline, checks }: Health,
  url: string,
): string[] {
  const until = deadline === null ? "" : `; executions may go on until ${deadline}`;
  return [
    `agent-runner ${version} in ${mode} mode at ${url}`,
    `${word === "ok" ? "ready" : word}: ${state}, started ${humanDuration(uptimeSeconds * 1000)} ago${until}`,
    "",
    ...checks.flatMap(({ name, status: result, reason, remedies }) => [
      `${MARKS.get(result) ?? "✗"} ${name}${reason === undefined ? "" : `: ${reason}`}`,
      ...remedies.map((remedy) => `    → ${remedy}`),
    ]),
  ].map((line) => (line === "" ? line : indentedLine(line)));
}

/** Keeps the indentation. */
function indentedLine(line: string): string {
  const indent = /^ */.exec(line)?.[0] ?? "";
  return `${indent}${printableLine(line)}`;
}

function executionLines(executions: Executions | string, columns: number | undefined): string[] {
  if (typeof executions === "string") return [`Executions: not shown. ${printableLine(executions)}`];
  const { active, ended, inFlight, finished } = executions;
  const failed = ended.filter((one) => one.state === "ended" && one.outcome === "failed").length;
  const tokens = shortUsageText(sumOf([...active, ...ended].map(({ usage }) => usage)));
  return [
    `Executions: ${inFlight} running or waiting, ${finished} ended since the start; of the last ${ended.length}, ${failed} failed`,
    ...(active.length === 0 ? [] : executionTable(active.slice(0, SHOWN), columns)),
    ...(active.length > SHOWN ? [`… and ${active.length - SHOWN} more: \`agent-runner executions\``] : []),
    `Used by these: ${tokens}`,
  ];
}
