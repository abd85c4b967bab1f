import type { Path } from "./problem.ts";

/** Where fields belong that people write at the top level or in `spec` instead. */
const PLACES: ReadonlyMap<string, string> = new Map([
  ["name", "metadata.name"],
  ["org", "metadata.org"],
  ["slug", "metadata.slug"],
  ["description", "spec.description"],
  ["instructions", "spec.instructions"],
  ["mcpservers", "spec.mcp_servers"],
  ["skillrefs", "spec.skill_refs"],
  ["skills", "spec.skill_refs"],
  ["subagents", "spec.sub_agents"],
  ["envspec", "spec.env_spec"],
  ["env", "spec.env_spec"],
  ["environmentrefs", "environment_refs, beside spec"],
  ["environments", "environment_refs, beside spec"],
]);

/** Where an unknown field belongs; undefined if that is not known. @param owner the object that has the field */
export function rightPlace(name: string, owner: Path): string | undefined {
  const mayBeMoved = owner.length === 0 || (owner.length === 1 && owner[0] === "spec");
  return mayBeMoved ? PLACES.get(name.toLowerCase().replaceAll("_", "")) : undefined;
}
