import { EXIT, type ExitCode } from "../cli/index.ts";
import type { AdminClient } from "./admin/admin-client.ts";
import { type AdminCommandOptions, adminCommand } from "./admin/admin-command.ts";
import { type Execution, execution } from "./admin/answers.ts";
import { executionDetails } from "./admin/execution-details.ts";
import { executionTable } from "./admin/execution-table.ts";
import { type Executions, fetchExecutions } from "./admin/fetch-executions.ts";
import { fold } from "./admin/fold.ts";
import { safeJsonLine, terminalSize } from "./admin/terminal.ts";
import { watchExecutions } from "./admin/watch-executions.ts";

/** Ended executions that are shown for people. `--json` shows all that the runner remembers. */
const ENDED_SHOWN = 10;

export interface ExecutionsOptions extends AdminCommandOptions {
  /** Shows this one alone. */
  readonly executionId?: string | undefined;
  readonly watch: boolean;
  readonly json: boolean;
}

/** `agent-runner executions`: what a runner does now, and how its last executions ended. */
export async function executions(options: ExecutionsOptions): Promise<ExitCode> {
  const { executionId, watch, json, write } = options;
  return await adminCommand(options, async ({ client, signal, tell }) => {
    if (executionId?.trim() === "") {
      tell("error: The id is empty: `agent-runner executions` shows the ids.");
      return EXIT.usage;
    }
    const read = () =>
      executionId === undefined ? fetchExecutions(client, signal) : fetchOne(client, executionId, signal);
    const show = (shown: Executions, columns?: number) =>
      executionId === undefined ? overview(shown, columns) : details(shown, columns);
    if (watch)
      return await watchExecutions({ read, show, json, write, tell, signal, isOne: executionId !== undefined });
    const found = await read();
    if (json) write([...found.active, ...found.ended].map(safeJsonLine).join(""));
    else write(`${show(found, terminalSize()?.columns).join("\n")}\n`);
    return EXIT.ok;
  });
}

async function fetchOne(client: AdminClient, id: string, signal: AbortSignal): Promise<Executions> {
  const found = await client.ask(`/executions/${encodeURIComponent(id.trim())}`, execution, { signal });
  const isActive = found.state === "active";
  return { active: isActive ? [found] : [], ended: isActive ? [] : [found], inFlight: 0, finished: 0 };
}

function overview({ active, ended, inFlight, finished }: Executions, columns?: number): string[] {
  const more = ended.length > ENDED_SHOWN ? [`… and ${ended.length - ENDED_SHOWN} more: --json shows them`] : [];
  const running = inFlight === 0 ? "Nothing runs." : `${inFlight} running or waiting, oldest first:`;
  return [
    running,
    ...(active.length === 0 ? [] : executionTable(active, columns)),
    "",
    ended.length === 0 ? "None has ended yet." : `${finished} ended since the start, the last ones first:`,
    ...(ended.length === 0 ? [] : executionTable(ended.slice(0, ENDED_SHOWN), columns)),
    ...more,
  ].flatMap((line) => fold(line, columns));
}

function details({ active, ended }: Executions, columns?: number): string[] {
  return [...active, ...ended].flatMap((one: Execution) => executionDetails(one, Date.now(), columns));
}
