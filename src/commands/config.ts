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
      warnings,
    } = loadConfig({ env, ...(envFile === undefined ? {} : { envFile }) });
    const settings = redacted(views);
    if (json) {
      write(`${JSON.stringify({ mode: checked.mode, settings, typos, warnings }, null, 2)}\n`);
      return EXIT.ok;
    }
    const width = Math.max(...settings.map(({ variable }) => variable.length));
    for (const { variable, value, origin } of settings) {
      const shown = value ?? pc.dim("(not set)");
      write(`${variable.padEnd(width)}  ${shown}  ${pc.dim(origin === "default" ? "(default)" : `(${origin})`)}\n`);
    }
    for (const warning of warnings) writeError(`warning: ${warning}\n`);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { problems, warnings } = error;
    if (json) write(`${JSON.stringify({ problems, warnings }, null, 2)}\n`);
    else {
      writeError(problems.map((problem) => `error: ${describeProblem(problem)}\n`).join(""));
      writeError(warnings.map((warning) => `warning: ${warning}\n`).join(""));
    }
    return EXIT.configuration;
  }
}
