import { create } from "@bufbuild/protobuf";
import { unzipSync } from "fflate";
import { messageOf } from "../shared/errors.ts";
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

/** Limits of an upload. */
const PACKED_LIMIT = 100 * 1024 * 1024;
const UNPACKED_LIMIT = 500 * 1024 * 1024;
const RATIO_LIMIT = 100;
const FILES_LIMIT = 10_000;
const SKILL_MD_LIMIT = 1024 * 1024;

/** Stores a skill's zip under its hash, and the skill. */
export function pushSkill(store: ResourceStore, { name, scope, org, artifact, tag }: PushSkillRequest): Skill {
  if (name === "") throw invalid("PushSkillRequest: the name is empty");
  const skillMd = readSkillMd(artifact);
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

export function artifactOf(store: ResourceStore, key: string): Uint8Array {
  const content = store.artifact(key);
  if (content === undefined) throw notFound(`there is no artifact ${key}`);
  return content;
}

function readSkillMd(artifact: Uint8Array): string {
  if (artifact.length > PACKED_LIMIT)
    throw invalid(`the zip has ${artifact.length} bytes; at most ${PACKED_LIMIT} are allowed`);
  let files = 0;
  let unpacked = 0;
  try {
    const found = unzipSync(artifact, {
      filter: ({ name, originalSize }) => {
        files++;
        unpacked += originalSize;
        if (files > FILES_LIMIT) throw invalid(`the zip has more than ${FILES_LIMIT} files`);
        if (unpacked > UNPACKED_LIMIT) throw invalid(`the zip unpacks to more than ${UNPACKED_LIMIT} bytes`);
        if (unpacked > artifact.length * RATIO_LIMIT)
          throw invalid(`the zip unpacks to more than ${RATIO_LIMIT} times its size`);
        return name === "SKILL.md" && originalSize <= SKILL_MD_LIMIT;
      },
    })["SKILL.md"];
    if (found === undefined)
      throw invalid(`the zip has no SKILL.md at its top, or one of more than ${SKILL_MD_LIMIT} bytes`);
    return new TextDecoder().decode(found);
  } catch (error) {
    throw error instanceof Error && error.name === "DaemonError"
      ? error
      : invalid(`the artifact is no readable zip: ${messageOf(error)}`);
  }
}
