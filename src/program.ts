import { Argument, Command, CommanderError, InvalidArgumentError, type Option } from "commander";
import {
  EXIT,
  EXIT_MEANINGS,
  type ExitCode,
  ignoreOutputErrors,
  Lifecycle,
  print,
  printError,
  SignalHandler,
  TRY_BRIDGE_COMMAND,
} from "./cli/index.ts";
import { addAdminCommands } from "./commands/admin-commands.ts";
import { addExamples } from "./commands/examples.ts";
import { addStigmerCommands } from "./commands/stigmer-commands.ts";
import { COMPLETE_COMMAND, isShell, SHELLS, type Shell } from "./completion/shells.ts";
import type { EnvMap } from "./config/index.ts";
import { ensureHome } from "./processes/ensure-home.ts";
import { versionLine } from "./version.ts";

/** What commands are given besides their own arguments. */
export interface ProgramOptions {
  readonly env: EnvMap;
  readonly exit: (code: ExitCode) => void;
  /** Handles signals for the commands that run until they are stopped. */
  readonly signals?: SignalHandler;
}

/** Commands that run until they are stopped. The others handle signals themselves, or not at all. */
const SERVICES: ReadonlySet<string> = new Set(["start", "dev"]);

/** @throws InvalidArgumentError if the text is not `NAME=value` */
function collectDefault(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [, name, value] = /^([A-Za-z][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("Write it as NAME=value.");
  if (name !== name.toUpperCase())
    throw new InvalidArgumentError(`Names of variables are in upper case: write ${name.toUpperCase()} for ${name}.`);
  return { ...before, [name]: value };
}

/** A default that says something: not the `false` of a flag, or the empty list of an option that can be repeated. */
export function shownDefault({ defaultValue }: Option): string | undefined {
  return ["string", "number"].includes(typeof defaultValue) ? String(defaultValue) : undefined;
}

function describeOption(option: Option): string {
  const shown = shownDefault(option);
  return shown === undefined ? option.description : `${option.description} (default: ${shown})`;
}

/** Declares the commands and their arguments. Each command is loaded when it is called. */
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
      "set the default of a variable, for images and packages; can be repeated",
      collectDefault,
      {},
    )
    .addHelpText("after", `\nExit codes:\n${meanings}`)
    .configureHelp({ optionDescription: describeOption })
    .configureOutput({ writeOut: print, writeErr: printError })
    .exitOverride()
    .hook("preAction", async (_, command) => {
      if (!SERVICES.has(command.name())) await signals.restoreDefaults();
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
    .option("--watch <file>", "apply a file with an agent to the daemon, and again each time it changes")
    .option("--no-input", "never ask for an API key, as without a terminal")
    .action(async (options: { watch?: string; input: boolean }) => {
      ignoreOutputErrors();
      exit(await (await import("./commands/dev.ts")).dev({ ...common(), ...options, signals }));
    });
  addStigmerCommands(root, common, exit);
  root
    .command("config")
    .description("show every setting, its value and its origin")
    .option("--json", "print JSON", false)
    .action(async ({ json }: { json: boolean }) => {
      const { config } = await import("./commands/config.ts");
      exit(config({ ...common(), json, write: print, writeError: printError }));
    });
  root
    .command("doctor")
    .description("check everything that a runner needs here, and say what to do about what is missing")
    .option("--json", "print JSON", false)
    .action(async ({ json }: { json: boolean }) => {
      const { doctor } = await import("./commands/doctor.ts");
      exit(await doctor({ ...common(), json, write: print }));
    });
  addAdminCommands(root, common, exit);
  root
    .command("completion")
    .description("print a script that completes command lines in a shell; the examples install it")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .action(async (shell: Shell) => {
      exit((await import("./commands/completion.ts")).completion(shell, print));
    });
  root
    .command("version")
    .description("show the version")
    .action(() => {
      print(`${versionLine}\n`);
      exit(EXIT.ok);
    });
  addExamples(root);
  return root;
}

/**
 * Runs the command that the arguments name.
 * @param signals listens already
 * @throws unexpected errors
 */
export async function runProgram(args: readonly string[], env: EnvMap, signals: SignalHandler): Promise<ExitCode> {
  ensureHome(env);
  let code: ExitCode = EXIT.ok;
  const exit = (given: ExitCode) => {
    code = given;
  };
  try {
    const root = program({ env, exit, signals });
    if (args[0] === COMPLETE_COMMAND && isShell(args[1])) {
      await signals.restoreDefaults();
      const { answerCompletion } = await import("./completion/index.ts");
      print(answerCompletion(root, args[1], args.slice(2)));
      return EXIT.ok;
    }
    if (args[0] === TRY_BRIDGE_COMMAND) {
      await signals.restoreDefaults();
      return await (await import("./commands/try-bridge.ts")).tryBridgeHere(args[1] ?? "", env, print);
    }
    await root.parseAsync(withCommand(args, root), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return code;
}

/**
 * Adds the default command, `start`. Commander's own default command would take a misspelled command for its argument. An
 * unknown command is passed alone: with `--help`, commander would show the general help instead of an error.
 */
function withCommand(args: readonly string[], root: Command): string[] {
  const { operands, unknown } = root.parseOptions([...args]);
  const [command] = operands[0] === "help" ? operands.slice(1) : operands;
  if (command !== undefined && command !== "help" && !root.commands.some((known) => known.name() === command))
    return [command];
  const asksForHelp = unknown.includes("-h") || unknown.includes("--help");
  return operands.length > 0 || asksForHelp ? [...args] : [...args, "start"];
}
