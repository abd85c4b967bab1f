import type { ApiResourceReference } from "../../../stigmer/index.ts";
import type { LoadedAgentFile } from "../load.ts";
import type { Path } from "../problem.ts";
import type { Findings } from "./findings.ts";
import type { ServerLookup } from "./on-server.ts";
import type { SkillReport } from "./report.ts";

/** What the skills of an agent or a sub-agent lead to. */
export async function checkSkills(
  references: readonly ApiResourceReference[],
  at: Path,
  { skills }: LoadedAgentFile,
  lookup: ServerLookup,
  { problem }: Findings,
): Promise<SkillReport[]> {
  const reports: SkillReport[] = [];
  for (const [index, reference] of references.entries()) {
    const { slug, version } = reference;
    // The folder cannot be used, which was reported.
    if (slug === "") continue;
    const packed = [...skills].find(([, { name }]) => name === slug);
    if (packed !== undefined && version === "") {
      const [path, { name, files, bytes, zip, hash, executables, leftOut }] = packed;
      reports.push({ name, path, files, bytes, packedBytes: zip.length, hash, executables, leftOut });
      continue;
    }
    const found = await lookup.hasSkill(reference);
    if (found === false)
      problem([...at, index], "names a skill that the server does not have: push it, or name a folder with `path`");
    reports.push({ name: slug, version, found });
  }
  return reports;
}
