import type { Argument, Command, Option } from "commander";
import { program, shownDefault } from "../../src/program.ts";

/** Every command with its arguments and options, as Markdown. */
export function commandReference(): string {
  const root = program({ env: {}, exit: () => undefined });
  const sections = root.commands.map((command) =>
    section(`\`agent-runner ${[command.name(), usage(command)].filter(Boolean).join(" ")}\``, command),
  );
  return [...sections, section("Options before the command", root)].join("\n\n");
}

function section(title: string, command: Command): string {
  const rows = [...command.registeredArguments.map(argumentRow), ...command.options.map(optionRow)];
  const table =
    rows.length === 0 ? "" : `\n\n| argument or option | what it is | default |\n|---|---|---|\n${rows.join("\n")}`;
  return `### ${title}\n\n${sentence(command.description())}${table}`;
}

function usage(command: Command): string {
  return command.registeredArguments.map((argument) => `<${argument.name()}>`).join(" ");
}

function argumentRow(argument: Argument): string {
  return `| \`<${argument.name()}>\` | ${escaped(argument.description)}${choices(argument)} | |`;
}

function optionRow(option: Option): string {
  const shown = shownDefault(option);
  return `| \`${option.flags}\` | ${escaped(option.description)}${choices(option)} | ${shown === undefined ? "" : `\`${shown}\``} |`;
}

function choices({ argChoices }: Argument | Option): string {
  return argChoices === undefined ? "" : `: ${argChoices.map((choice) => `\`${choice}\``).join(", ")}`;
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return first.endsWith(".") ? first : `${first}.`;
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}
