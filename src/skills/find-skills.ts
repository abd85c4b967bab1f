import type { SkillReference, SkillVersion } from "../definition/index.ts";
import { inParallel } from "../shared/in-parallel.ts";
import { sha256 } from "../shared/sha256.ts";
import { MAX_PARALLEL_FETCHES, MAX_SKILLS } from "./limits.ts";
import type { SkillSource } from "./ports.ts";
import { referenceKey, referenceText } from "./reference-text.ts";
import { SkillError } from "./skill-error.ts";

/** A skill that exists and is ready. */
export interface FoundSkill {
  readonly version: SkillVersion;
  /** Names its directory: the SHA-256 of its zip, or of its text if it has none. */
  readonly hash: string;
  /** For messages. */
  readonly name: string;
}

const HASH = /^[0-9a-f]{64}$/;

/**
 * Looks up skills, each once.
 * @returns them by {@link referenceKey}
 * @throws SkillError; the source's error, for a skill that does not exist
 */
export async function findSkills(
  references: readonly SkillReference[],
  source: SkillSource,
): Promise<ReadonlyMap<string, FoundSkill>> {
  const wanted = new Map(references.map((reference) => [referenceKey(reference), reference]));
  if (wanted.size > MAX_SKILLS)
    throw new SkillError(
      "too-many",
      `The agent and its sub-agents have ${wanted.size} skills; at most ${MAX_SKILLS} are allowed.`,
      ["Remove skills from the agent."],
    );
  const found = new Map<string, FoundSkill>();
  await inParallel(wanted, MAX_PARALLEL_FETCHES, async ([key, reference]) => {
    const name = referenceText(reference);
    found.set(key, checked(await source.version(reference, name), reference, name));
  });
  return found;
}

function checked(version: SkillVersion, reference: SkillReference, name: string): FoundSkill {
  const { state, hash, artifactKey, text } = version;
  const refuse = (reason: string, remedy: string) => new SkillError("not-ready", `The ${name} ${reason}.`, [remedy]);
  if (state === "uploading")
    throw refuse("is still being uploaded", "Send the message again when the upload has finished.");
  if (state === "failed") throw refuse("is not usable: its upload has failed", "Push it again.");
  if (HASH.test(reference.version) && hash !== reference.version)
    throw new SkillError("wrong-hash", `Stigmer answered with another version of the ${name}: ${hash || "none"}.`, [
      "Check the version in the agent's reference.",
    ]);
  if (artifactKey === "") {
    if (text === "") throw refuse("has no content: neither a zip nor a text", "Push it again.");
    return { version, name, hash: HASH.test(hash) ? hash : sha256(text) };
  }
  if (!HASH.test(hash))
    throw refuse("has no version hash, so its zip cannot be verified", "Push it again, with a current Stigmer.");
  return { version, name, hash };
}
