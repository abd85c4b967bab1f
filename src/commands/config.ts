import pc from "picocolors";
import { ConfigError, describeProblem, type EnvMap, loadConfig, redacted } from "../config/index.ts";
import { EXIT, type ExitCode } from "../runner/index.ts";

export interface ConfigOptions {
  readonly env: EnvMap;
  readonly envFile?: string;
  readonly json: boolean;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
}

/** `agent-runner config`: every setting, its value and where it came from. */
export function config({ env, envFile, json, write, writeError }: ConfigOptions): ExitCode {
  try {
    const {
      config: checked,
      views,
      typos,
      unused,
    } = loadConfig({ env, ...(envFile === undefined ? {} : { envFile }) });
    const settings = redacted(views);
    if (json) {
      write(`${JSON.stringify({ mode: checked.mode, settings, typos, unused }, null, 2)}\n`);
      return EXIT.ok;
    }
    const width = Math.max(...settings.map(({ variable }) => variable.length));
    for (const { variable, value, origin } of settings) {
      const shown = value ?? pc.dim("(not set)");
      write(`${variable.padEnd(width)}  ${shown}  ${pc.dim(origin === "default" ? "(default)" : `(${origin})`)}\n`);
    }
    for (const { variable, instead } of unused)
      writeError(`warning: ${variable} is set and has no effect: ${instead}\n`);
    for (const { found, meant } of typos)
      writeError(`warning: ${found} is set but unknown and has no effect: did you mean ${meant}?\n`);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (json) write(`${JSON.stringify({ problems: error.problems }, null, 2)}\n`);
    else writeError(error.problems.map((problem) => `error: ${describeProblem(problem)}\n`).join(""));
    return EXIT.configuration;
  }
}
