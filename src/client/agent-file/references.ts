import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { Path } from "./problem.ts";

/** A `path` of a file, and where it stands. */
export interface PathReference {
  readonly path: string;
  readonly isSecret: boolean | undefined;
  readonly at: Path;
}

const SKILLS = "skillRefs";

/** The folders that the skills of an agent and of its sub-agents lead to. @param agent with names in camelCase */
export function skillPaths(agent: JsonValue): readonly PathReference[] {
  const spec = objectAt(agent, "spec");
  return [
    ...pathsIn(spec?.[SKILLS], ["spec", "skill_refs"]),
    ...listOf(spec?.["subAgents"]).flatMap((subAgent, index) =>
      pathsIn(objectOf(subAgent)?.[SKILLS], ["spec", "sub_agents", index, "skill_refs"]),
    ),
  ];
}

/** The same agent with references of the API instead of paths. */
export function withSkillReferences(agent: JsonObject, replace: (path: string) => JsonObject): JsonObject {
  const replaced = (owner: JsonValue): JsonValue => {
    const object = objectOf(owner);
    const references = object?.[SKILLS];
    if (object === undefined || references === undefined) return owner;
    const all = listOf(references).map((reference) => {
      const path = objectOf(reference)?.["path"];
      return typeof path === "string" ? replace(path) : { kind: "skill", ...objectOf(reference) };
    });
    return { ...object, [SKILLS]: all };
  };
  const spec = objectAt(agent, "spec");
  if (spec === undefined) return agent;
  const subAgents = spec["subAgents"];
  const changed = subAgents === undefined ? spec : { ...spec, subAgents: listOf(subAgents).map(replaced) };
  return { ...agent, spec: replaced(changed) };
}

export function pathsIn(references: JsonValue | undefined, at: Path): readonly PathReference[] {
  return listOf(references).flatMap((reference, index) => {
    const { path, isSecret } = objectOf(reference) ?? {};
    if (typeof path !== "string") return [];
    return [{ path, isSecret: typeof isSecret === "boolean" ? isSecret : undefined, at: [...at, index, "path"] }];
  });
}

function objectAt(value: JsonValue, key: string): JsonObject | undefined {
  return objectOf(objectOf(value)?.[key]);
}

export function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}
