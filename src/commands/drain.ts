import { EXIT, type ExitCode } from "../cli/index.ts";
import { plural } from "../shared/text.ts";
import { humanDuration } from "../shared/time.ts";
import { AdminRequestError } from "./admin/admin-client.ts";
import { type AdminCommandOptions, adminCommand } from "./admin/admin-command.ts";
import { type Execution, shutdownEnded, shutdownStarted } from "./admin/answers.ts";
import { executionTable } from "./admin/execution-table.ts";
import { terminalSize } from "./admin/terminal.ts";

export interface DrainOptions extends AdminCommandOptions {
  /** Waits until the runner has ended. */
  readonly wait: boolean;
  /** Ends what runs as cancelled. */
  readonly cancel: boolean;
}

/** `agent-runner drain`: lets a runner finish what runs, or cancels that, and makes it leave. */
export async function drain(options: DrainOptions): Promise<ExitCode> {
  const { wait, cancel, write } = options;
  const say = (lines: readonly string[]) => write(lines.map((line) => `${line}\n`).join(""));
  return await adminCommand(
    options,
    async ({ client, signal, tell }) => {
      const request = { method: "POST", body: { mode: cancel ? "cancel" : "drain" }, signal } as const;
      const { deadline, executions } = await client.ask("/shutdown", shutdownStarted, request);
      // The first answer says what is waited for: the second one takes as long as that does.
      const ending = wait ? client.ask("/shutdown?wait=true", shutdownEnded, { ...request, waits: true }) : undefined;
      say(startedLines(executions, deadline, cancel));
      if (ending === undefined) return EXIT.ok;
      try {
        const { ended, unfinished } = await ending;
        const stopped = ended.filter(({ stop, phase }) => stop?.code === "runner-stopped" && phase === "failed");
        say(endedLines(ended, unfinished));
        return unfinished.length + stopped.length > 0 ? EXIT.unfinished : EXIT.ok;
      } catch (error) {
        if (!(error instanceof AdminRequestError) || error.status !== undefined) throw error;
        tell("error: The runner ended before it said how its executions ended: its log says it.");
        return EXIT.failed;
      }
    },
    "Interrupted: the runner goes on draining, and leaves after that.",
  );
}

function startedLines(executions: readonly Execution[], deadline: string | null, isCancelled: boolean): string[] {
  if (executions.length === 0) return ["The runner takes no more executions, and leaves: nothing runs."];
  const left =
    deadline === null
      ? ""
      : ` at most until ${deadline} (${humanDuration(Math.max(Date.parse(deadline) - Date.now(), 0))})`;
  const what = isCancelled ? "is being cancelled" : "may finish";
  return [
    `The runner takes no more executions, and leaves when what runs has ended. ${plural(executions.length, "execution")}, which ${what}${left}:`,
    ...executionTable(executions, terminalSize()?.columns),
  ];
}

function endedLines(ended: readonly Execution[], unfinished: readonly Execution[]): string[] {
  const columns = terminalSize()?.columns;
  return [
    ended.length === 0
      ? "The runner has ended."
      : `The runner has ended. Since the drain began, ${plural(ended.length, "execution")} ended:`,
    ...(ended.length === 0 ? [] : executionTable(ended, columns)),
    ...(unfinished.length === 0
      ? []
      : [`${plural(unfinished.length, "execution")} did not end:`, ...executionTable(unfinished, columns)]),
  ];
}
