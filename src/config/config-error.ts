import { RunnerError } from "../shared/runner-error.ts";
import type { SettingView } from "./views.ts";

/** One thing that is wrong with the configuration. Holds no secret's value. */
export interface ConfigProblem {
  readonly variable: string;
  /** What is wrong, as the end of the sentence "<variable> …". */
  readonly problem: string;
  /** What is allowed, as the end of the sentence "Allowed: …". */
  readonly allowed: string;
  readonly remedy: string;
}

/** Every problem of a configuration at once: each remedy describes one. */
export class ConfigError extends RunnerError<"invalid"> {
  override readonly name = "ConfigError";
  override readonly headline = "the configuration is not valid";
  readonly problems: readonly ConfigProblem[];

  /** Sentences about what is valid but may be the cause of a problem. */
  readonly warnings: readonly string[];

  /** Settings that are valid. */
  readonly views: readonly SettingView[];

  constructor(
    problems: readonly ConfigProblem[],
    warnings: readonly string[] = [],
    views: readonly SettingView[] = [],
  ) {
    const remedies = problems.map(describeProblem);
    super("invalid", remedies.join("\n"), { remedies });
    this.problems = problems;
    this.warnings = warnings;
    this.views = views;
  }
}

/** `ADMIN_PORT "8080x" is not a whole number. Allowed: …. Correct it, …` */
export function describeProblem(problem: ConfigProblem): string {
  return `${problem.variable} ${problem.problem}. Allowed: ${problem.allowed}. ${problem.remedy}`;
}
