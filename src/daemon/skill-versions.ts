import type { Agent, Skill } from "../stigmer/index.ts";
import { kinds } from "./resource-kind.ts";
import type { ResourceStore } from "./resource-store.ts";

/**
 * Earlier versions of a skill without a tag that are kept although no agent names them: executions may just be using them.
 * More would fill the disk: each change of a watched skill makes a version, of up to 100 MiB.
 */
const UNNAMED_VERSIONS = 5;

/** Where the zip of a version is stored. */
export function artifactKey(hash: string): string {
  return `skills/${hash}.zip`;
}

/** Deletes the oldest versions of a skill that have no tag and that no agent names, with their zips. */
export function forgetVersions(store: ResourceStore, skill: Skill): void {
  const old = store.untaggedVersions(skill.metadata?.id ?? "").slice(UNNAMED_VERSIONS);
  if (old.length === 0) return;
  const named = new Set(kinds.agent.all(store).flatMap(namedVersions));
  for (const { number, hash } of old.filter((version) => !named.has(version.hash))) {
    store.deleteVersion(number);
    if (!store.hasVersion(hash) && !isCurrent(store, hash)) store.deleteArtifact(artifactKey(hash));
  }
}

function namedVersions({ spec }: Agent): string[] {
  const references = [...(spec?.skillRefs ?? []), ...(spec?.subAgents ?? []).flatMap(({ skillRefs }) => skillRefs)];
  return references.map(({ version }) => version.trim());
}

/** Whether the zip is that of any skill's current version: skills with the same content share it. */
function isCurrent(store: ResourceStore, hash: string): boolean {
  return kinds.skill.all(store).some(({ status }) => status?.versionHash === hash);
}
