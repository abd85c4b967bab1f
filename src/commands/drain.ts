import { EXIT, type ExitCode } from "../cli/index.ts";
import { unreachable } from "../shared/errors.ts";
import { plural } from "../shared/text.ts";
import { humanDuration } from "../shared/time.ts";
import { type AdminClient, AdminRequestError } from "./admin/admin-client.ts";
import { type AdminCommandOptions, adminCommand } from "./admin/admin-command.ts";
import { type Execution, shutdownStarted } from "./admin/answers.ts";
import { executionTable } from "./admin/execution-table.ts";
import { fetchExecutions } from "./admin/fetch-executions.ts";
import { foldedText } from "./admin/fold.ts";
import { shutdownAndWait, type WaitPace } from "./admin/shutdown-and-wait.ts";
import { terminalSize } from "./admin/terminal.ts";

export interface DrainOptions extends AdminCommandOptions {
  /** Waits until the runner has ended. */
  readonly wait: boolean;
  /** Ends what runs as cancelled. */
  readonly cancel: boolean;
  /** For tests. */
  readonly pace?: WaitPace | undefined;
}

/** `agent-runner drain`: lets a runner finish what runs, or cancels that, and makes it leave. */
export async function drain(options: DrainOptions): Promise<ExitCode> {
  const { wait, cancel, write } = options;
  const say = (lines: readonly string[]) => write(foldedText(lines, terminalSize()?.columns));
  const body = { mode: cancel ? "cancel" : "drain" };
  return await adminCommand(
    options,
    async ({ client, signal, tell }) => {
      if (!wait) {
        const request = { method: "POST", body, signal } as const;
        const { deadline, executions } = await client.ask("/shutdown", shutdownStarted, request);
        say(startedLines(executions, deadline, cancel));
        return EXIT.ok;
      }
      const onLeaving = async (deadline: string | null, signal: AbortSignal) => {
        const executions = await activeExecutions(client, signal);
        if (executions !== undefined) say(startedLines(executions, deadline, cancel));
      };
      const ending = await shutdownAndWait({ client, body, signal, onLeaving, pace: options.pace });
      switch (ending.type) {
        case "told": {
          const { ended, unfinished } = ending;
          const stopped = ended.filter(({ stop, phase }) => stop?.code === "runner-stopped" && phase === "failed");
          say(endedLines(ended, unfinished));
          return unfinished.length + stopped.length > 0 ? EXIT.unfinished : EXIT.ok;
        }
        case "replaced":
          tell(
            `error: The runner ended before it said how its executions ended: its log says it. ${client.shownUrl} is now the address of another runner, which was not drained.`,
          );
          return EXIT.failed;
        case "silent":
          tell(
            `error: ${client.shownUrl} no longer answers, and the runner did not say how its executions ended: its log says it. Either it has ended, or only the connection to it is lost: then it goes on draining.`,
          );
          return EXIT.failed;
        default:
          return unreachable(ending);
      }
    },
    "Interrupted: the runner goes on draining, and leaves after that.",
  );
}

/** What runs or waits, oldest first; `undefined` if the runner does not say it. @throws the signal's reason */
async function activeExecutions(client: AdminClient, signal: AbortSignal): Promise<readonly Execution[] | undefined> {
  try {
    return (await fetchExecutions(client, signal)).active;
  } catch (error) {
    if (error instanceof AdminRequestError) return undefined;
    throw error;
  }
}

function startedLines(executions: readonly Execution[], deadline: string | null, isCancelled: boolean): string[] {
  if (executions.length === 0) return ["The runner takes no more executions, and leaves: nothing runs."];
  const left =
    deadline === null
      ? ""
      : ` at most until ${deadline} (${humanDuration(Math.max(Date.parse(deadline) - Date.now(), 0))})`;
  const cancelled = executions.length === 1 ? "is being cancelled" : "are being cancelled";
  const what = isCancelled ? cancelled : "may finish";
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
