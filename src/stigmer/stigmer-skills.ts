import type { SkillReference, SkillVersion } from "../definition/index.ts";
import type { StigmerClient } from "./client.ts";
import { ResourceReader } from "./read-resources.ts";
import { StigmerError } from "./stigmer-error.ts";
import { type Skill, SkillState } from "./wire.ts";

/**
 * Reads skills for one execution. All functions throw a StigmerError that names the skill, or the signal's reason.
 */
export class StigmerSkills {
  readonly #read: ResourceReader;
  readonly #organization: string;

  /** @param organization that of the execution; empty if none is known */
  constructor(client: StigmerClient, organization: string, signal: AbortSignal) {
    this.#read = new ResourceReader(client, signal);
    this.#organization = organization;
  }

  /** @param name the skill, for messages */
  async version(reference: SkillReference, name: string): Promise<SkillVersion> {
    const { slug, version } = reference;
    let missing: StigmerError | undefined;
    for (const org of this.#organizations(reference)) {
      try {
        return toVersion(await this.#read.skill(name, { org, slug, version }), slug);
      } catch (error) {
        if (!(error instanceof StigmerError) || error.code !== "not-found") throw error;
        missing ??= error;
      }
    }
    throw new StigmerError("not-found", missing?.message ?? `The ${name} does not exist.`, missing, [
      "Push the skill, or correct the agent's reference to it (organization, slug and version).",
    ]);
  }

  /** The zip of a version. */
  async artifact({ artifactKey }: SkillVersion, name: string): Promise<Uint8Array> {
    return await this.#read.skillArtifact(`zip of the ${name}`, artifactKey);
  }

  /**
   * In which organizations a skill is looked for. The backend looks in all of them if a reference names none. So the
   * execution's own comes first: others may have skills with the same slug.
   */
  #organizations({ scope, organization }: SkillReference): readonly string[] {
    if (organization !== "") return [organization];
    return scope === "platform" || this.#organization === "" ? [""] : [this.#organization, ""];
  }
}

const STATES: Readonly<Record<SkillState, SkillVersion["state"]>> = {
  [SkillState.UNSPECIFIED]: "unspecified",
  [SkillState.UPLOADING]: "uploading",
  [SkillState.READY]: "ready",
  [SkillState.FAILED]: "failed",
};

function toVersion({ metadata, spec, status }: Skill, slug: string): SkillVersion {
  return {
    name: metadata?.name || slug,
    // A newer backend may know further states.
    state: STATES[status?.state ?? SkillState.UNSPECIFIED] ?? "unspecified",
    hash: status?.versionHash ?? "",
    artifactKey: status?.artifactStorageKey ?? "",
    text: spec?.skillMd ?? "",
  };
}
