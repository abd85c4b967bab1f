/** One version of a skill, as Stigmer has it. */
export interface SkillVersion {
  /** The skill's name, for people and for the agent. */
  readonly name: string;
  readonly state: "ready" | "uploading" | "failed" | "unspecified";
  /** The SHA-256 of its zip; empty if there is none. */
  readonly hash: string;
  /** Where Stigmer keeps the zip; empty for a skill that consists of its text alone. */
  readonly artifactKey: string;
  /** The content of SKILL.md. */
  readonly text: string;
}
