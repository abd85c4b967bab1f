import { Command, CommanderError } from "commander";
import { EXIT, EXIT_MEANINGS, type ExitCode } from "./runner/exit-codes.ts";
import { commit, version } from "./version.ts";

/** The program's arguments as commands. Each command is loaded when it is called: `--version` needs no agent library. */
export function program(env: Readonly<Record<string, string | undefined>>, exit: (code: ExitCode) => void): Command {
  const meanings = EXIT_MEANINGS.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`).join("\n");
  const root = new Command("agent-runner")
    .description(
      "Runs Stigmer's AI agents as Temporal activities. Configured by environment variables: see `agent-runner config`.",
    )
    .version(`agent-runner ${version} (${commit})`, "-V, --version")
    .option("--env-file <file>", "read variables from this file instead of .env; the real environment wins")
    .addHelpText("after", `\nExit codes:\n${meanings}`)
    .exitOverride();
  const common = () => {
    const { envFile } = root.opts<{ envFile?: string }>();
    return { env, ...(envFile === undefined ? {} : { envFile }) };
  };

  root
    .command("start", { isDefault: true })
    .description("run agents until stopped (the default)")
    .action(async () => exit(await (await import("./commands/start.ts")).start(common())));
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
    .command("version")
    .description("show the version")
    .action(() => {
      process.stdout.write(`agent-runner ${version} (${commit})\n`);
      exit(EXIT.ok);
    });
  return root;
}

async function main(): Promise<ExitCode> {
  let code: ExitCode = EXIT.ok;
  try {
    await program(process.env, (given) => {
      code = given;
    }).parseAsync(process.argv);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
}

if (import.meta.main) process.exit(await main());
