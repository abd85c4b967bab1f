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

/** Every problem of a configuration at once. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  /** What is not wrong by itself, but may be why something is: each a sentence. */
  readonly warnings: readonly string[];

  /** What is set all the same. */
  readonly views: readonly SettingView[];

  constructor(
    problems: readonly ConfigProblem[],
    warnings: readonly string[] = [],
    views: readonly SettingView[] = [],
  ) {
    super(problems.map(describeProblem).join("\n"));
    this.problems = problems;
    this.warnings = warnings;
    this.views = views;
  }
}

/** `ADMIN_PORT "8080x" is not a whole number. Allowed: …. Correct it, …` */
export function describeProblem(problem: ConfigProblem): string {
  return `${problem.variable} ${problem.problem}. Allowed: ${problem.allowed}. ${problem.remedy}`;
}
