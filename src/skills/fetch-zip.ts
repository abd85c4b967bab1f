import { sha256 } from "../shared/sha256.ts";
import type { SkillCache } from "./cache.ts";
import type { FoundSkill } from "./find-skills.ts";
import type { SkillSource } from "./ports.ts";
import { SkillError } from "./skill-error.ts";

/** A zip, and where it comes from. */
interface FetchedZip {
  readonly zip: Uint8Array;
  readonly isCached: boolean;
}

/**
 * The zip of a skill: from the cache, or from the source.
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
  await cache.put(hash, zip);
  return { zip, isCached: false };
}
