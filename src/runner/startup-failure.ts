import { EXIT, type ExitCode } from "../cli/index.ts";
import { ConfigError } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import { stackOf } from "../shared/errors.ts";
import { RunnerError } from "../shared/runner-error.ts";
import { plural } from "../shared/text.ts";

const RULE = "=".repeat(80);

/** Logs why the runner could not start, with what to do, as the block that ends a failed start. @returns the exit code */
export function logStartupFailure(error: unknown, log: Logger): ExitCode {
  const { headline, text, remedies, exitCode } = describe(error);
  const lines = [
    RULE,
    `STARTUP FAILURE: ${headline}`,
    `Error: ${text}`,
    ...(remedies.length > 0 ? ["Possible causes:"] : []),
    ...remedies.map((remedy, index) => `  ${index + 1}. ${remedy}`),
    RULE,
  ];
  for (const line of lines) log.error(line);
  return exitCode;
}

interface StartupFailure {
  readonly headline: string;
  readonly text: string;
  readonly remedies: readonly string[];
  readonly exitCode: ExitCode;
}

function describe(error: unknown): StartupFailure {
  if (error instanceof ConfigError) {
    const { headline, problems, remedies } = error;
    const text = `${plural(problems.length, "problem")} in the configuration`;
    return { headline, text, remedies, exitCode: EXIT.configuration };
  }
  if (error instanceof RunnerError) {
    const { headline, message, remedies } = error;
    return { headline, text: message, remedies, exitCode: EXIT.unavailable };
  }
  return {
    headline: "an unexpected error",
    text: stackOf(error),
    remedies: ["This is most likely a defect of the runner: please report it with these lines."],
    exitCode: EXIT.failed,
  };
}
