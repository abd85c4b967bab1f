import { type Command, InvalidArgumentError } from "commander";
import { type ExitCode, runAndFlush } from "../cli/index.ts";
import type { EnvMap } from "../config/index.ts";

/** Options of all commands. */
interface Common {
  readonly env: EnvMap;
  readonly envFile?: string;
}

/** Flags as commander parses them. */
interface WatchFlags {
  readonly endpoint?: string;
  readonly patience: number;
  readonly json: boolean;
}

interface RunFlags extends WatchFlags {
  readonly agent?: string;
  readonly check?: string;
  readonly session?: string;
  readonly model?: string;
  readonly env: readonly string[];
  readonly secretEnv: readonly string[];
}

interface ListFlags {
  readonly endpoint?: string;
  readonly session?: string;
  readonly limit: string;
  readonly json: boolean;
}

/** How long a backend may be unreachable while an execution is followed: the default and the maximum, in seconds. */
const DEFAULT_PATIENCE_S = 60;
const MAX_PATIENCE_S = 86_400;

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** @throws InvalidArgumentError if it is empty, as of an unset variable, or not the first one */
function oneFile(file: string, before: string | undefined): string {
  if (before !== undefined) throw new InvalidArgumentError("An execution has one agent: name one file.");
  if (file === "") throw new InvalidArgumentError("It is empty: name a file.");
  return file;
}

/** The commands that talk to a Stigmer daemon: run, attach and list. Each one is loaded when it is called. */
export function addStigmerCommands(root: Command, common: () => Common, exit: (code: ExitCode) => void): void {
  watching(root.command("run"))
    .description("send a message to an agent of a Stigmer daemon and show its execution")
    .argument("[message]", "the message; - reads it from standard input")
    .option(
      "-f, --agent <file>",
      "file with the agent, YAML or JSON, or - for standard input; the daemon stores it",
      oneFile,
    )
    .option("--check <file>", "check a file with an agent, or -, and show what its parts lead to; nothing is run")
    .option("--session <id>", "id of the session to continue; default: a new one")
    .option("--model <model>", "model to use: `name` or `provider:name`")
    .option("--env <NAME=value>", "variable for the agent's commands; can be repeated", collect, [])
    .option(
      "--secret-env <NAME>",
      "secret for them, read from this command's environment; can be repeated",
      collect,
      [],
    )
    .action(
      async (message: string | undefined, { env: plainEnv, check: file, ...flags }: RunFlags, command: Command) => {
        if (file !== undefined) {
          const other = message !== undefined ? "a message" : ["agent", "session"].find((name) => name in flags);
          if (other !== undefined)
            command.error(
              `error: --check only checks a file: leave out ${message === undefined ? `--${other}` : other}.`,
            );
          const { check } = await import("./check.ts");
          exit(await runAndFlush(() => check({ ...common(), ...flags, check: file, plainEnv })));
          return;
        }
        if (message === undefined) command.error("error: missing required argument 'message'");
        const { run } = await import("./run.ts");
        exit(await runAndFlush(() => run({ ...common(), ...flags, message, plainEnv })));
      },
    );
  watching(root.command("attach"))
    .description("show an execution of a Stigmer daemon, from its beginning to its end")
    .argument("<execution>", "id of the execution")
    .action(async (executionId: string, flags: WatchFlags) => {
      const { attach } = await import("./attach.ts");
      exit(await runAndFlush(() => attach({ ...common(), ...flags, executionId })));
    });
  withEndpoint(root.command("list"))
    .description("list the newest executions of a Stigmer daemon")
    .option("--session <id>", "show executions of this session only")
    .option("--limit <number>", "maximum number of executions", "20")
    .option("--json", "print one JSON object per execution", false)
    .action(async (flags: ListFlags) => {
      const { list } = await import("./list.ts");
      exit(await runAndFlush(() => list({ ...common(), ...flags })));
    });
}

function withEndpoint(command: Command): Command {
  return command.option(
    "--endpoint <host:port>",
    "address of the daemon; default: STIGMER_BACKEND_ENDPOINT, or localhost:50051",
  );
}

function watching(command: Command): Command {
  return withEndpoint(command)
    .option(
      "--patience <seconds>",
      "how long to wait for a daemon that became unreachable",
      patience,
      DEFAULT_PATIENCE_S,
    )
    .option("--json", "print one JSON object per update", false);
}

function patience(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= MAX_PATIENCE_S) return seconds;
  throw new InvalidArgumentError(`Give seconds, more than 0 and at most ${MAX_PATIENCE_S}.`);
}
