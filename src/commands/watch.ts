import pc from "picocolors";
import { EXIT, type ExitCode } from "../cli/index.ts";
import {
  BackendUnavailableError,
  clock,
  follow,
  isTerminal,
  JsonView,
  LiveArea,
  type Outputs,
  phaseOf,
  TextView,
  type View,
} from "../client/index.ts";
import type { EnvMap } from "../config/index.ts";
import { printable } from "../shared/printable.ts";
import { humanDuration } from "../shared/time.ts";
import { type AgentExecution, ExecutionPhase, type StigmerClient } from "../stigmer/index.ts";
import { followUp } from "./follow-up.ts";
import { tell } from "./stigmer-command.ts";

/** How often the user is reminded that the backend is unreachable. */
const REMIND_MS = 30_000;
const DEFAULT_SIZE = { columns: 80, rows: 24 };

export interface WatchOptions {
  readonly env: EnvMap;
  readonly envFile?: string;
  readonly endpoint?: string;
  readonly json: boolean;
  /** How long the backend may be unreachable, in seconds. */
  readonly patience: number;
}

/** Shows an execution until it has ended. If the connection is lost for too long, prints how to attach again. */
export async function watch(
  client: StigmerClient,
  execution: AgentExecution,
  options: WatchOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const executionId = execution.metadata?.id ?? "";
  const view = viewFor(options);
  const { attach, cancel } = followUp(executionId, options);
  // In a script or a pipeline, nobody can press it.
  const isAtTerminal = process.stdin.isTTY && process.stderr.isTTY;
  const hint = isAtTerminal ? " Ctrl-C leaves it running." : "";
  if (!options.json && !isTerminal(execution))
    view.note(printable(`Execution ${executionId}.${hint} To end it: ${cancel}`));
  let last: AgentExecution | undefined;
  try {
    last = await shown(client, executionId, view, { signal, patienceMs: options.patience * 1000 });
  } catch (error) {
    view.end();
    if (!(error instanceof BackendUnavailableError)) throw error;
    tell(`error: ${error.message}\nThe execution ${executionId} may go on there. To follow it again: ${attach}`);
    return EXIT.unavailable;
  }
  if (last === undefined || !isTerminal(last)) {
    view.end();
    tell(
      `Interrupted. The execution ${executionId} goes on at ${client.endpoint}.\nTo follow it again: ${attach}\nTo end it: ${cancel}`,
    );
    return EXIT.interrupted;
  }
  view.end(last);
  return phaseOf(last) === ExecutionPhase.EXECUTION_COMPLETED ? EXIT.ok : EXIT.failed;
}

/** Shows each update. @returns the last one */
async function shown(
  client: StigmerClient,
  executionId: string,
  view: View,
  options: Parameters<typeof follow>[2],
): Promise<AgentExecution | undefined> {
  const { endpoint } = client;
  let last: AgentExecution | undefined;
  let lastReminderAt = 0;
  for await (const seen of follow(client, executionId, options)) {
    switch (seen.type) {
      case "state":
        last = seen.execution;
        view.update(last);
        break;
      case "lost":
        if (Date.now() - lastReminderAt < REMIND_MS) break;
        lastReminderAt = Date.now();
        view.note(
          printable(
            `No connection to ${endpoint} since ${clock(seen.since)} (${seen.reason}). Trying again until ${clock(seen.until)}.`,
          ),
        );
        break;
      case "found":
        lastReminderAt = 0;
        view.note(`Connected to ${endpoint} again after ${humanDuration(Date.now() - seen.since)}.`);
        break;
    }
  }
  return last;
}

function viewFor({ json, env }: WatchOptions): View {
  const outputs: Outputs = {
    write: (text) => void process.stdout.write(text),
    tell: (text) => void process.stderr.write(text),
  };
  if (json) return new JsonView(outputs);
  const { isTTY } = process.stdout;
  const colors = pc.createColors(isTTY && pc.isColorSupported);
  const canMove = isTTY && env["TERM"] !== "dumb";
  return new TextView(outputs, colors, canMove ? new LiveArea(outputs.write, colors, terminalSize) : undefined);
}

/** The current size: users resize windows. Some terminals report none. */
function terminalSize(): typeof DEFAULT_SIZE {
  const { columns, rows } = process.stdout;
  return { columns: columns || DEFAULT_SIZE.columns, rows: rows || DEFAULT_SIZE.rows };
}
