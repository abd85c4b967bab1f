import { Command, CommanderError, InvalidArgumentError } from "commander";
import { EXIT, EXIT_MEANINGS, type ExitCode, type StandardOutput, watchOutput } from "./cli/index.ts";
import { addStigmerCommands } from "./commands/stigmer-commands.ts";
import { ensureHome } from "./processes/ensure-home.ts";
import { commit, version } from "./version.ts";

/** Options before the command that take a value. */
const ROOT_OPTIONS_WITH_VALUE: ReadonlySet<string> = new Set(["--env-file", "--default"]);

/** @throws InvalidArgumentError where it is no `NAME=value` */
function collectDefault(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const [, name, value] = /^([A-Za-z][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("Write it as NAME=value.");
  if (name !== name.toUpperCase())
    throw new InvalidArgumentError(`Names of variables are in upper case: write ${name.toUpperCase()} for ${name}.`);
  return { ...before, [name]: value };
}

/** The program's arguments as commands. Each command is loaded when it is called: `--version` needs no agent library. */
export function program(
  env: Readonly<Record<string, string | undefined>>,
  exit: (code: ExitCode) => void,
  output: Pick<StandardOutput, "isOnlyLog"> = { isOnlyLog: () => undefined },
): Command {
  const meanings = EXIT_MEANINGS.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join("\n");
  const root = new Command("agent-runner")
    .description(
      "Runs Stigmer's AI agents as Temporal activities. Configured by environment variables: see `agent-runner config`.",
    )
    .version(`agent-runner ${version} (${commit})`, "-V, --version")
    .option("--env-file <file>", "read variables from this file instead of .env; the real environment wins")
    .option(
      "--default <NAME=value>",
      "the value of a variable where nothing else sets it: for images and packages; can be repeated",
      collectDefault,
      {},
    )
    .addHelpText("after", `\nExit codes:\n${meanings}`)
    .exitOverride();
  const common = () => {
    const { envFile, default: defaults } = root.opts<{ envFile?: string; default: Readonly<Record<string, string>> }>();
    return { env, defaults, ...(envFile === undefined ? {} : { envFile }) };
  };

  root
    .command("start")
    .description("run agents until stopped (the default)")
    .action(async () => {
      output.isOnlyLog();
      exit(await (await import("./commands/start.ts")).start(common()));
    });
  root
    .command("dev")
    .description("run everything on this machine: Temporal, a Stigmer daemon and the runner")
    .action(async () => {
      output.isOnlyLog();
      exit(await (await import("./commands/dev.ts")).dev(common()));
    });
  addStigmerCommands(root, common, exit);
  root
    .command("config")
    .description("show every setting, its value and where it came from")
    .option("--json", "as JSON", false)
    .action(async ({ json }: { json: boolean }) => {
      const { config } = await import("./commands/config.ts");
      exit(
        config({
          ...common(),
          json,
          write: (text) => process.stdout.write(text),
          writeError: (text) => process.stderr.write(text),
        }),
      );
    });
  root
    .command("health")
    .description("ask a running runner whether it is ready: for health checks of containers")
    .option("--live", "ask only whether it works, not whether it takes work", false)
    .option("--url <url>", "its admin server; else ADMIN_HOST and ADMIN_PORT of this environment")
    .action(async (options: { live: boolean; url?: string }) => {
      const { health } = await import("./commands/health.ts");
      exit(
        await health({
          ...common(),
          ...options,
          write: (text) => process.stdout.write(text),
          writeError: (text) => process.stderr.write(text),
        }),
      );
    });
  root
    .command("version")
    .description("show the version")
    .action(() => {
      process.stdout.write(`agent-runner ${version} (${commit})\n`);
      exit(EXIT.ok);
    });
  return root;
}

/**
 * Without a command it is `start`; said here, so that a misspelled command is not taken for an argument of it. Of one that
 * there is not only its name is left: commander shows the general help where help for it is asked.
 */
function withCommand(args: readonly string[], root: Command): string[] {
  const isValue = (index: number) => ROOT_OPTIONS_WITH_VALUE.has(args[index - 1] ?? "");
  const operands = args.filter((arg, index) => !arg.startsWith("-") && !isValue(index));
  const [command] = operands[0] === "help" ? operands.slice(1) : operands;
  if (command !== undefined && command !== "help" && !root.commands.some((known) => known.name() === command))
    return [command];
  const named = operands.length > 0;
  // Its value is missing, and that is to be said: the command would be taken for it.
  if (isValue(args.length)) return [...args];
  const asksOnly = args.some((arg) => ["-h", "--help", "-V", "--version"].includes(arg));
  return named || asksOnly ? [...args] : [...args, "start"];
}

async function main(): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  ensureHome(process.env);
  const output = watchOutput();
  try {
    const take = (given: ExitCode) => {
      code = given;
    };
    const root = program(process.env, take, output);
    await root.parseAsync(withCommand(process.argv.slice(2), root), { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    code = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  await output.written();
  return code;
}

if (import.meta.main) process.exit(await main());
