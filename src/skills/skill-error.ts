import { RunnerError } from "../shared/runner-error.ts";

type SkillErrorCode =
  /** It is not ready in Stigmer, or has no content. */
  | "not-ready"
  /** Its zip is not the one that was named. */
  | "wrong-hash"
  /** Its zip is refused. */
  | "refused"
  /** The agent has more skills, or larger ones, than one execution may have. */
  | "too-many"
  /** It cannot be written into the sandbox. */
  | "not-installed";

/** Why an execution cannot have a skill. The message names the skill and the reason. */
export class SkillError extends RunnerError<SkillErrorCode> {
  override readonly name = "SkillError";

  constructor(code: SkillErrorCode, message: string, remedies: readonly string[], cause?: unknown) {
    super(code, message, { remedies, cause });
  }
}
