import { fstatSync } from "node:fs";
import { styleText } from "node:util";
import { EXIT, type ExitCode } from "../cli/index.ts";
import { ConfigError, describeProblem, type EnvMap, type LoadOptions, loadConfig, redacted } from "../config/index.ts";
import { printable } from "../shared/printable.ts";

export interface ConfigOptions {
  readonly env: EnvMap;
  readonly envFile?: string;
  /** Values for variables that are not set otherwise. */
  readonly defaults?: EnvMap | undefined;
  readonly json: boolean;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

/** Maximum length of a value in the table. */
const MAX_SHOWN = 200;

/** `agent-runner config`: every setting, its value and its origin. If the configuration is invalid, what is set is shown too. */
export function config({ env, envFile, defaults, json, write, writeError }: ConfigOptions): ExitCode {
  const { views, typos, warnings, problems } = load({ env, envFile, defaults });
  const settings = redacted(views);
  const code = problems === undefined ? EXIT.ok : EXIT.configuration;
  if (json) {
    const mode = settings.find(({ variable }) => variable === "MODE")?.value;
    write(`${JSON.stringify({ mode, settings, problems, typos, warnings }, null, 2)}\n`);
    return code;
  }
  const dim = dimmer(env);
  const width = Math.max(...settings.map(({ variable }) => variable.length));
  const noEffect = new Set(views.filter(({ hasNoEffect }) => hasNoEffect).map(({ variable }) => variable));
  const lines = settings.map(({ variable, value, origin }) => {
    const shown = value === null ? dim("(not set)") : onOneLine(value);
    const note = noEffect.has(variable) ? `${origin}; no effect` : origin;
    return `${variable.padEnd(width)}  ${shown}  ${dim(`(${note})`)}\n`;
  });
  write(lines.join(""));
  for (const problem of problems ?? []) writeError(`error: ${printable(describeProblem(problem))}\n`);
  for (const warning of warnings) writeError(`warning: ${printable(warning)}\n`);
  return code;
}

function load(options: LoadOptions) {
  try {
    return { ...loadConfig(options), problems: undefined };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { views: error.views, typos: undefined, warnings: error.warnings, problems: error.problems };
  }
}

/** A character device is a terminal, or `/dev/null`. Asking `node:tty` would load Node's streams, which takes 6 ms. */
function dimmer(env: EnvMap): (text: string) => string {
  const hasColors = fstatSync(1).isCharacterDevice() && !env["NO_COLOR"] && env["TERM"] !== "dumb";
  return (text) => (hasColors ? styleText("dim", text, { validateStream: false }) : text);
}

/** An invalid value may contain anything, line breaks too. */
function onOneLine(value: string): string {
  const line = printable(value).replaceAll("\n", "␊");
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line;
}
