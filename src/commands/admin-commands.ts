import { Argument, type Command, InvalidArgumentError } from "commander";
import { type ExitCode, print, printError } from "../cli/index.ts";
import type { EnvMap } from "../config/index.ts";
import { LOG_LEVELS, type LogLevel, MAX_LEVEL_SECONDS } from "../shared/log-names.ts";

/** Options of all commands. */
interface Common {
  readonly env: EnvMap;
  readonly envFile?: string;
}

interface UrlFlag {
  readonly url?: string;
}

interface LevelFlags {
  /** In seconds. */
  readonly for?: number;
  readonly json: boolean;
}

/** The commands that ask the admin server of a runner. Each one is loaded when it is called. */
export function addAdminCommands(root: Command, common: () => Common, exit: (code: ExitCode) => void): void {
  const given = () => ({ ...common(), write: print, writeError: printError });
  withUrl(root.command("status"))
    .description("show on one screen whether a runner is ready, what is wrong, what to do, and what it does")
    .option("--json", "print JSON", false)
    .action(async (flags: UrlFlag & { json: boolean }) => {
      const { status } = await import("./status.ts");
      exit(await status({ ...given(), ...flags }));
    });
  withUrl(root.command("executions"))
    .description("show what a runner does now, and how its last executions ended")
    .argument("[execution]", "id of the execution to show alone")
    .option("--watch", "show changes as they happen, until Ctrl-C", false)
    .option("--json", "print one JSON object per execution", false)
    .action(async (executionId: string | undefined, flags: UrlFlag & { watch: boolean; json: boolean }) => {
      const { executions } = await import("./executions.ts");
      exit(await executions({ ...given(), ...flags, executionId }));
    });
  withUrl(root.command("cancel"))
    .description("cancel an execution: at the runner that runs it, or at Temporal (TEMPORAL_SERVICE_ADDRESS)")
    .argument("<execution>", "id of the execution")
    .action(async (executionId: string, flags: UrlFlag) => {
      const { cancel } = await import("./cancel.ts");
      exit(await cancel({ ...given(), ...flags, executionId }));
    });
  withUrl(root.command("drain"))
    .description("make a runner take nothing new and leave when what runs has ended")
    .option("--wait", "wait until it has left, and show how each execution ended", false)
    .option("--cancel", "cancel what runs, instead of letting it finish", false)
    .action(async (flags: UrlFlag & { wait: boolean; cancel: boolean }) => {
      const { drain } = await import("./drain.ts");
      exit(await drain({ ...given(), ...flags }));
    });
  withUrl(root.command("log-level"))
    .description("show what a runner logs, or change it while it runs")
    .addArgument(
      new Argument("[level]", "the lowest level to log; without it, the current one is shown").choices(LOG_LEVELS),
    )
    .option("--for <time>", "how long, such as 30s, 10m or 2h; then the configured level returns", forTime)
    .option("--json", "print JSON", false)
    .action(async (level: LogLevel | undefined, { for: forSeconds, ...flags }: UrlFlag & LevelFlags) => {
      const { logLevel } = await import("./log-level.ts");
      exit(await logLevel({ ...given(), ...flags, level, forSeconds }));
    });
  withUrl(root.command("health"))
    .description("check whether a running runner is ready, for health checks of containers")
    .option("--live", "check only whether it is alive, not whether it accepts executions", false)
    .action(async (flags: UrlFlag & { live: boolean }) => {
      const { health } = await import("./health.ts");
      exit(await health({ ...given(), ...flags }));
    });
}

function withUrl(command: Command): Command {
  return command.option("--url <url>", "URL of its admin server; default: from ADMIN_HOST and ADMIN_PORT");
}

const UNIT_SECONDS: ReadonlyMap<string, number> = new Map([
  ["s", 1],
  ["m", 60],
  ["h", 3_600],
]);

/** `30s`, `10m` or `2h` in seconds. @throws InvalidArgumentError */
function forTime(text: string): number {
  const [, amount = "", unit = ""] = /^(\d{1,6})([smh])$/.exec(text.trim()) ?? [];
  const seconds = Number(amount) * (UNIT_SECONDS.get(unit) ?? 0);
  if (seconds >= 1 && seconds <= MAX_LEVEL_SECONDS) return seconds;
  throw new InvalidArgumentError("Write it as 30s, 10m or 2h: from 1s to 24h.");
}
