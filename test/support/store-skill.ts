import { create } from "@bufbuild/protobuf";
import { kinds } from "../../src/daemon/resource-kind.ts";
import type { ResourceStore } from "../../src/daemon/resource-store.ts";
import { sha256 } from "../../src/shared/sha256.ts";
import { SkillSchema, SkillState } from "../../src/stigmer/index.ts";

interface StoredSkill {
  /** Absent: the skill has only the SKILL.md of its spec. */
  readonly artifact?: Uint8Array;
  /** Absent: that of the artifact. */
  readonly hash?: string;
  readonly state?: SkillState;
}

/** Stores a skill of the organization `acme` as a server would that checks nothing. @returns its hash */
export function storeSkill(store: ResourceStore, slug: string, { artifact, hash, state }: StoredSkill = {}): string {
  const versionHash = hash ?? (artifact === undefined ? "" : sha256(artifact));
  if (artifact !== undefined) store.putArtifact(slug, artifact);
  const created = kinds.skill.create(store, create(SkillSchema, { metadata: { name: slug, slug, org: "acme" } }));
  const { spec, status } = create(SkillSchema, {
    spec: { skillMd: `# The text of ${slug}` },
    status: {
      versionHash,
      artifactStorageKey: artifact === undefined ? "" : slug,
      state: state ?? SkillState.READY,
    },
  });
  kinds.skill.save(store, { ...created, spec, status });
  return versionHash;
}
