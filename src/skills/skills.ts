import type { SkillReference } from "../definition/index.ts";
import type { Logger } from "../log/index.ts";
import type { Sandbox } from "../sandbox/index.ts";
import type { SkillSource } from "./ports.ts";

/** A skill that is in the sandbox. */
export interface InstalledSkill {
  readonly name: string;
  /** Absolute path of its directory, as commands in the sandbox see it. */
  readonly location: string;
  /** The content of its SKILL.md. */
  readonly text: string;
}

/** The skills of an execution, in its sandbox. */
export interface InstalledSkills {
  /** Those of one agent, in the order of its references, each once. */
  of(references: readonly SkillReference[]): readonly InstalledSkill[];
}

/** The skills of an execution, before there is a sandbox. */
export interface FoundSkills {
  /**
   * Fetches and verifies the skills, and installs those that are not in the sandbox yet.
   * @param log is told in one line what was installed
   * @throws SkillError, or the source's error, that name the skill; the signal's reason, if it aborts
   */
  install(sandbox: Pick<Sandbox, "installTrees">, log?: Logger): Promise<InstalledSkills>;
}

export interface Skills {
  /**
   * Looks up skills in Stigmer.
   * @throws SkillError, or the source's error, that name the skill; the signal's reason, if it aborts
   */
  find(references: readonly SkillReference[], source: SkillSource, signal: AbortSignal): Promise<FoundSkills>;
}

const NONE: InstalledSkills = { of: () => [] };
/** Of an agent that has no skills. */
export const NO_SKILLS: FoundSkills = { install: async () => NONE };
