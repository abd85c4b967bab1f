import { create } from "@bufbuild/protobuf";
import { ArchiveError, inspectZip, type ZipLimits } from "../archives/index.ts";
import {
  ApiResourceMetadataSchema,
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

/** The server's limits for an upload. */
const LIMITS: ZipLimits = {
  packedBytes: 100 * 1024 * 1024,
  unpackedBytes: 500 * 1024 * 1024,
  ratio: 100,
  entries: 10_000,
};
const SKILL_MD_LIMIT = 1024 * 1024;

/** Stores a skill's zip under its hash, and the skill. @throws DaemonError if the request or the zip is refused */
export async function pushSkill(
  store: ResourceStore,
  { name, scope, org, artifact, tag }: PushSkillRequest,
): Promise<Skill> {
  if (name === "") throw invalid("PushSkillRequest: the name is empty");
  const skillMd = await readSkillMd(artifact);
  const versionHash = new Bun.CryptoHasher("sha256").update(artifact).digest("hex");
  const artifactStorageKey = `skills/${versionHash}.zip`;
  store.putArtifact(artifactStorageKey, artifact);
  const skill = kinds.skill.apply(
    store,
    create(SkillSchema, {
      metadata: create(ApiResourceMetadataSchema, { name, org, ownerScope: scope }),
      spec: create(SkillSpecSchema, { skillMd, tag }),
    }),
  );
  const status = create(SkillStatusSchema, {
    versionHash,
    artifactStorageKey,
    state: SkillState.READY,
    ...(skill.status?.audit === undefined ? {} : { audit: skill.status.audit }),
  });
  return kinds.skill.save(store, { ...skill, status });
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
    const archive = await inspectZip(artifact, LIMITS);
    const file = archive.entries.findLast(({ name, size }) => name === "SKILL.md" && size <= SKILL_MD_LIMIT);
    if (file === undefined)
      throw invalid(`the zip has no SKILL.md at its top, or one of more than ${SKILL_MD_LIMIT} bytes`);
    return new TextDecoder().decode(await archive.read(file));
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw invalid(error.code === "limit" ? error.message : `the artifact is no readable zip: ${error.message}`);
  }
}
