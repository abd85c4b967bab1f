import type { SkillReference, SkillVersion } from "../definition/index.ts";

/** Where skills come from. Its errors name the skill. */
export interface SkillSource {
  /** @param name the skill, for messages */
  version(reference: SkillReference, name: string): Promise<SkillVersion>;
  /** The zip of a version. */
  artifact(version: SkillVersion, name: string): Promise<Uint8Array>;
}
