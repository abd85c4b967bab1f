import { Command, CommanderError, InvalidArgumentError } from "commander";
import {
  EXIT,
  EXIT_MEANINGS,
  type ExitCode,
  ignoreOutputErrors,
  Lifecycle,
  print,
  printError,
  SignalHandler,
} from "./cli/index.ts";
import { addStigmerCommands } from "./commands/stigmer-commands.ts";
import { ensureHome } from "./processes/ensure-home.ts";
import { versionLine } from "./version.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** What the commands are given beside their own arguments. */
export interface ProgramOptions {
  readonly env: Env;
  readonly exit: (code: ExitCode) => void;
  /** Handles signals for the commands that run until they are stopped. */
  readonly signals?: SignalHandler;
}

/** These run until they are stopped. The others handle signals by themselves, or not at all. */
const SERVICES: ReadonlySet<string> = new Set(["start", "dev"]);

/** @throws InvalidArgumentError where it is not written as `NAME=value` */
function collectDefault(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [, name, value] = /^([A-Za-z][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("Write it as NAME=value.");
  if (name !== name.toUpperCase())
    throw new InvalidArgumentError(`Names of variables are in upper case: write ${name.toUpperCase()} for ${name}.`);
  return { ...before, [name]: value };
}

/** The program's arguments as commands. Each command is loaded when it is called: `--version` needs no agent library. */
export function program({ env, exit, signals = new SignalHandler(new Lifecycle()) }: ProgramOptions): Command {
  const meanings = EXIT_MEANINGS.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join("\n");
  const root = new Command("agent-runner")
    .description(
      "Runs Stigmer's AI agents as Temporal activities. Configured by environment variables: see `agent-runner config`.",
    )
    .version(versionLine, "-V, --version")
    .option("--env-file <file>", "read variables from this file instead of .env; the real environment wins")
    .option(
      "--default <NAME=value>",
      "the value of a variable where nothing else sets it: for images and packages; can be repeated",
      collectDefault,
      {},
    )
    .addHelpText("after", `\nExit codes:\n${meanings}`)
    .configureOutput({ writeOut: print, writeErr: printError })
    .exitOverride()
    .hook("preAction", async (_, command) => {
      if (!SERVICES.has(command.name())) await signals.giveBack();
    });
  const common = () => {
    const { envFile, default: defaults } = root.opts<{ envFile?: string; default: Readonly<Record<string, string>> }>();
    return { env, defaults, ...(envFile === undefined ? {} : { envFile }) };
  };

  root
    .command("start")
    .description("run agents until stopped (the default)")
    .action(async () => {
      ignoreOutputErrors();
      exit(await (await import("./commands/start.ts")).start({ ...common(), signals }));
    });
  root
    .command("dev")
    .description("run everything on this machine: Temporal, a Stigmer daemon and the runner")
    .action(async () => {
      ignoreOutputErrors();
      exit(await (await import("./commands/dev.ts")).dev({ ...common(), signals }));
    });
  addStigmerCommands(root, common, exit);
  root
    .command("config")
    .description("show every setting, its value and where it came from")
    .option("--json", "as JSON", false)
    .action(async ({ json }: { json: boolean }) => {
      const { config } = await import("./commands/config.ts");
      exit(config({ ...common(), json, write: print, writeError: printError }));
    });
  root
    .command("health")
    .description("ask a running runner whether it is ready: for health checks of containers")
    .option("--live", "ask only whether it works, not whether it takes work", false)
    .option("--url <url>", "its admin server; else ADMIN_HOST and ADMIN_PORT of this environment")
    .action(async (options: { live: boolean; url?: string }) => {
      const { health } = await import("./commands/health.ts");
      exit(await health({ ...common(), ...options, write: print, writeError: printError }));
    });
  root
    .command("version")
    .description("show the version")
    .action(() => {
      print(`${versionLine}\n`);
      exit(EXIT.ok);
    });
  return root;
}

/**
 * Carries out what the arguments say.
 * @param signals handles signals already
 * @throws what nobody expected
 */
export async function runProgram(args: readonly string[], env: Env, signals: SignalHandler): Promise<ExitCode> {
  ensureHome(env);
  let code: ExitCode = EXIT.ok;
  const exit = (given: ExitCode) => {
    code = given;
  };
  try {
    const root = program({ env, exit, signals });
    await root.parseAsync(withCommand(args, root), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return code;
}

/**
 * Without a command it is `start`. It is added here: commander would take a misspelled command for an argument of its
 * default command. Of an unknown command only the name is kept, so that commander does not show the general help instead.
 */
function withCommand(args: readonly string[], root: Command): string[] {
  const { operands, unknown } = root.parseOptions([...args]);
  const [command] = operands[0] === "help" ? operands.slice(1) : operands;
  if (command !== undefined && command !== "help" && !root.commands.some((known) => known.name() === command))
    return [command];
  const asksForHelp = unknown.includes("-h") || unknown.includes("--help");
  return operands.length > 0 || asksForHelp ? [...args] : [...args, "start"];
}
