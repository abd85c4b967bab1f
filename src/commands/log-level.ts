import { EXIT, type ExitCode } from "../cli/index.ts";
import type { LogLevel } from "../shared/log-names.ts";
import { printableLine } from "../shared/printable.ts";
import { humanDuration } from "../shared/time.ts";
import { type AdminCommandOptions, adminCommand } from "./admin/admin-command.ts";
import { logLevelState } from "./admin/answers.ts";
import { safeJsonLine } from "./admin/terminal.ts";

export interface LogLevelOptions extends AdminCommandOptions {
  /** Absent: the level stays as it is. */
  readonly level?: LogLevel | undefined;
  /** Until the configured level returns; absent: until the runner ends. */
  readonly forSeconds?: number | undefined;
  readonly json: boolean;
}

/** `agent-runner log-level`: shows what a runner logs, or changes it. */
export async function logLevel(options: LogLevelOptions): Promise<ExitCode> {
  const { level, forSeconds, json, write } = options;
  if (level === undefined && forSeconds !== undefined) {
    options.writeError("error: --for needs a level: `agent-runner log-level debug --for 10m`.\n");
    return EXIT.usage;
  }
  return await adminCommand(options, async ({ client, signal }) => {
    const change = level === undefined ? {} : { method: "PUT" as const, body: { level, forSeconds } };
    const state = await client.ask("/log-level", logLevelState, { ...change, signal });
    if (json) {
      write(safeJsonLine(state));
      return EXIT.ok;
    }
    const { configured, until } = state;
    write(`${printableLine(`The log level is ${state.level}${howLong(state.level, configured, until)}.`)}\n`);
    return EXIT.ok;
  });
}

function howLong(level: string, configured: string, until: string | undefined): string {
  if (level === configured) return ", as configured";
  if (until === undefined) return ` until the runner ends; configured is ${configured}`;
  const left = humanDuration(Math.max(Date.parse(until) - Date.now(), 0));
  return ` until ${until} (for ${left}), then ${configured} again, as configured`;
}
