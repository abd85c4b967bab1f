import { RunnerError } from "../../shared/runner-error.ts";

/** A folder cannot be used as a skill. The message continues `skill_refs[0].path …`; it is a sentence without its period. */
export class SkillFolderError extends RunnerError<"skill"> {
  override readonly name = "SkillFolderError";

  constructor(problem: string, cause?: unknown) {
    super("skill", problem, { cause });
  }
}
