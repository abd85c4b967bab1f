import type { Argument, Command, Option } from "commander";
import packageJson from "../../package.json";
import { EXIT_MEANINGS } from "../../src/cli/index.ts";
import { examplesOf } from "../../src/commands/examples.ts";
import { listSettings } from "../../src/config/index.ts";
import { program, shownDefault } from "../../src/program.ts";
import { bold, flags, item, roffText, typed } from "./roff.ts";

/** Where the program keeps and looks for things. */
const FILES: readonly (readonly [file: string, text: string])[] = [
  [".env", "Variables of the working directory, unless `--env-file` names another file. The real environment wins."],
  [
    dataDirectory(),
    "The data directory (`STIGMER_DATA_DIR`): the agents' memory, what `dev` stores, and the unpacked native library.",
  ],
  [`${dataDirectory()}/keys.env`, "API keys that `dev` was asked to keep. Remove the file to forget them."],
];

/** Variables that most users meet. */
const VARIABLES = [
  "MODE",
  "STIGMER_LLM_PROVIDER",
  "STIGMER_LLM_MODEL",
  "ANTHROPIC_API_KEY",
  "OPENAI_API_KEY",
  "TEMPORAL_SERVICE_ADDRESS",
  "STIGMER_BACKEND_ENDPOINT",
  "STIGMER_DATA_DIR",
  "ADMIN_PORT",
  "DRAIN_TIMEOUT",
  "LOG_LEVEL",
];

/** The manual page, in roff. It has no date: it would be that of its generation. */
export function manPage(): string {
  const root = program({ env: {}, exit: () => undefined });
  const name = root.name();
  const sections: readonly (readonly [title: string, content: string])[] = [
    ["NAME", `${name} \\- run Stigmer's AI agents as Temporal activities`],
    ["SYNOPSIS", `.B ${name}\n[\\fIoptions\\fR] [\\fIcommand\\fR] [\\fIarguments\\fR]`],
    ["DESCRIPTION", roffText(`${root.description()} Without a command, it is \`${name} start\`.`)],
    ["COMMANDS", root.commands.map((command) => commandSection(command, name)).join("\n")],
    ["OPTIONS", root.options.map(declared).join("\n")],
    ["EXIT STATUS", EXIT_MEANINGS.map(([code, meaning]) => item(bold(String(code)), roffText(meaning))).join("\n")],
    [
      "ENVIRONMENT",
      `${VARIABLES.map(variable).join("\n")}\n.PP\n${roffText(`All of them, with their values and where these come from: \`${name} config\`.`)}`,
    ],
    ["FILES", FILES.map(([file, text]) => item(`\\fI${roffText(file)}\\fR`, roffText(text))).join("\n")],
    ["EXAMPLES", examples("").replace(/^\.PP\n/, "")],
  ];
  const head = `.\\" Written by \`bun run generate:docs\` from the declarations of the commands.\n.TH AGENT\\-RUNNER 1 "" "agent\\-runner ${packageJson.version}" "User Commands"`;
  return [head, ...sections.map(([title, content]) => `.SH ${title}\n${content}`), ""].join("\n");
}

function commandSection(command: Command, outer: string): string {
  const path = `${outer} ${command.name()}`;
  const usage = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  const own = [
    `.SS ${flags([path, ...usage].join(" "))}`,
    roffText(sentence(command.description())),
    ...command.registeredArguments.map((argument) =>
      item(`\\fI${roffText(argument.name())}\\fR`, roffText(`${sentence(argument.description)}${choices(argument)}`)),
    ),
    ...command.options.map(declared),
    examples(path.split(" ").slice(1).join(" ")),
  ];
  return [...own.filter((part) => part !== ""), ...command.commands.map((inner) => commandSection(inner, path))].join(
    "\n",
  );
}

function declared(option: Option): string {
  const shown = shownDefault(option);
  const text = `${sentence(option.description)}${choices(option)}${shown === undefined ? "" : ` Default: \`${shown}\`.`}`;
  return item(flags(option.flags), roffText(text));
}

function choices({ argChoices }: Argument | Option): string {
  return argChoices === undefined ? "" : ` One of ${argChoices.map((choice) => `\`${choice}\``).join(", ")}.`;
}

function examples(path: string): string {
  return examplesOf(path)
    .map(({ line, about }) => `.PP\n${roffText(sentence(about))}\n.PP\n${typed([line])}`)
    .join("\n");
}

function variable(name: string): string {
  const description = listSettings().find(({ names }) => names[0] === name)?.declarations[0]?.description;
  if (description === undefined) throw new Error(`there is no setting ${name}`);
  return item(bold(name), roffText(description));
}

function dataDirectory(): string {
  const setting = listSettings().find(({ names }) => names[0] === "STIGMER_DATA_DIR");
  return setting?.declarations[0]?.default ?? "";
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.:]$/.test(first) ? first : `${first}.`;
}
