import { create } from "@bufbuild/protobuf";
import { ArchiveError, inspectZip } from "../archives/index.ts";
import { humanSize } from "../shared/human-size.ts";
import { sha256 } from "../shared/sha256.ts";
import { MAX_SKILL_MD_BYTES, SKILL_MD, SKILL_ZIP_LIMITS } from "../shared/skill-limits.ts";
import {
  ApiResourceKind,
  ApiResourceMetadataSchema,
  type ApiResourceReference,
  type PushSkillRequest,
  type Skill,
  SkillSchema,
  SkillSpecSchema,
  SkillState,
  SkillStatusSchema,
} from "../stigmer/index.ts";
import { invalid, notFound } from "./daemon-error.ts";
import { kinds } from "./resource-kind.ts";
import type { ResourceStore } from "./resource-store.ts";
import { artifactKey, forgetVersions } from "./skill-versions.ts";

/** Stores a skill's zip under its hash, and the skill. @throws DaemonError if the request or the zip is refused */
export async function pushSkill(
  store: ResourceStore,
  { name, scope, org, artifact, tag }: PushSkillRequest,
): Promise<Skill> {
  if (name === "") throw invalid("PushSkillRequest: the name is empty");
  const skillMd = await readSkillMd(artifact);
  const versionHash = sha256(artifact);
  const artifactStorageKey = artifactKey(versionHash);
  return store.together(() => {
    store.putArtifact(artifactStorageKey, artifact);
    const metadata = create(ApiResourceMetadataSchema, { name, org, ownerScope: scope });
    archive(store, kinds.skill.named(store, metadata));
    const spec = create(SkillSpecSchema, { skillMd, tag });
    const skill = kinds.skill.apply(store, create(SkillSchema, { metadata, spec }));
    const status = create(SkillStatusSchema, {
      versionHash,
      artifactStorageKey,
      state: SkillState.READY,
      ...(skill.status?.audit === undefined ? {} : { audit: skill.status.audit }),
    });
    const saved = kinds.skill.save(store, { ...skill, status });
    forgetVersions(store, saved);
    return saved;
  });
}

/** Keeps a version that a new one replaces. */
function archive(store: ResourceStore, skill: Skill | undefined): void {
  const hash = skill?.status?.versionHash ?? "";
  if (skill === undefined || hash === "") return;
  store.putVersion(SkillSchema, skill.metadata?.id ?? "", { hash, tag: skill.spec?.tag ?? "" }, skill);
}

/**
 * A version of a skill: the current one if the reference names none or `latest`; else the one with this hash, or the
 * newest with this tag. Without an organization, one with this slug is found in any.
 * @throws DaemonError
 */
export function skillByReference(store: ResourceStore, reference: ApiResourceReference): Skill {
  const skill = currentSkill(store, reference);
  const version = reference.version.trim();
  if (version === "" || version === "latest") return skill;
  const isHash = /^[0-9a-f]{64}$/.test(version);
  if (version === (isHash ? skill.status?.versionHash : skill.spec?.tag)) return skill;
  const key = isHash ? { hash: version } : { tag: version };
  const found = store.version(SkillSchema, skill.metadata?.id ?? "", key);
  if (found === undefined) throw notFound(`there is no version "${version}" of the Skill "${reference.slug}"`);
  return found;
}

function currentSkill(store: ResourceStore, reference: ApiResourceReference): Skill {
  try {
    return kinds.skill.getByReference(store, reference);
  } catch (error) {
    const isAnywhere = reference.org === "" && reference.kind === ApiResourceKind.skill;
    const found = kinds.skill.all(store).find(({ metadata }) => isAnywhere && metadata?.slug === reference.slug);
    if (found === undefined) throw error;
    return found;
  }
}

/** The zip of a skill's version. @throws DaemonError */
export function artifactOf(store: ResourceStore, key: string): Uint8Array {
  const content = store.artifact(key);
  if (content === undefined) throw notFound(`there is no artifact ${key}`);
  return content;
}

/** @throws DaemonError if the artifact is no zip, is beyond a limit, or has no SKILL.md */
async function readSkillMd(artifact: Uint8Array): Promise<string> {
  try {
    const archive = await inspectZip(artifact, SKILL_ZIP_LIMITS);
    const file = archive.entries.findLast(({ name, size }) => name === SKILL_MD && size <= MAX_SKILL_MD_BYTES);
    if (file === undefined)
      throw invalid(`the zip has no ${SKILL_MD} at its top, or one of more than ${humanSize(MAX_SKILL_MD_BYTES)}`);
    return new TextDecoder().decode(await archive.read(file));
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw invalid(error.code === "limit" ? error.message : `the artifact is no readable zip: ${error.message}`);
  }
}
