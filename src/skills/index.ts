/**
 * @module Skills: directories with instructions and scripts that agents use. Finds them in Stigmer, fetches and verifies
 * their zips, keeps these on the disk, installs them in a sandbox, and describes them in a prompt. The activity installs
 * them, `agent/` writes the prompt. It never sees wire messages or the agent library, and never changes a workspace
 * beyond the skills' own directory.
 *
 * ```ts
 * const found = await skills.find(references, source, signal);
 * const installed = await found.install(sandbox);
 * const { text } = skillsPrompt(installed.of(agent.skills), budget);
 * ```
 */
import type { Logger } from "../log/index.ts";
import { NO_SKILLS, type Skills } from "./skills.ts";

export { skillsPrompt } from "./prompt.ts";
export type { InstalledSkill, InstalledSkills, Skills } from "./skills.ts";

/**
 * Prepares for executions with skills. Nothing is loaded, read or written until there is one.
 * @param cacheDirectory where zips are kept; created when it is needed
 */
export function openSkills(cacheDirectory: string, log: Logger): Skills {
  let installer: Promise<Skills> | undefined;
  const load = async (): Promise<Skills> => {
    const { SkillInstaller } = await import("./install-skills.ts");
    return new SkillInstaller(cacheDirectory, log);
  };
  return {
    find: async (references, source, signal) => {
      if (references.length === 0) return NO_SKILLS;
      installer ??= load();
      return await (await installer).find(references, source, signal);
    },
  };
}
