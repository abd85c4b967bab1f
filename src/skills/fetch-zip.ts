import { sha256 } from "../shared/sha256.ts";
import type { SkillCache } from "./cache.ts";
import type { FoundSkill } from "./find-skills.ts";
import type { SkillSource } from "./ports.ts";
import { SkillError } from "./skill-error.ts";

/** The zip of a skill, and whether it comes from the cache. */
export interface FetchedZip {
  readonly zip: Uint8Array;
  readonly isCached: boolean;
}

/**
 * The zip of a skill: from the cache, or from the source. It is not put into the cache: that is for zips that turn out to
 * be usable.
 * @throws SkillError `wrong-hash`; the source's error
 */
export async function fetchZip(
  { version, hash, name }: FoundSkill,
  source: SkillSource,
  cache: SkillCache,
): Promise<FetchedZip> {
  const cached = await cache.get(hash);
  if (cached !== undefined) return { zip: cached, isCached: true };
  const zip = await source.artifact(version, name);
  const actual = sha256(zip);
  if (actual !== hash)
    throw new SkillError(
      "wrong-hash",
      `The zip of the ${name} is not what was pushed: its SHA-256 is ${actual}, expected was ${hash}.`,
      ["Push the skill again. If that does not help, check what lies between the runner and Stigmer's storage."],
    );
  return { zip, isCached: false };
}
