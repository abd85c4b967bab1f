import type { SkillReference } from "../definition/index.ts";
import { visible } from "../shared/printable.ts";

/** A skill for messages, as in `skill acme/pdf (version v1)`. */
export function referenceText({ organization, slug, version }: SkillReference): string {
  const path = organization === "" ? slug : `${organization}/${slug}`;
  return oneLine(version === "" ? `skill ${path}` : `skill ${path} (version ${version})`);
}

/** The same for references that mean the same. */
export function referenceKey({ scope, organization, slug, version }: SkillReference): string {
  return JSON.stringify([scope, organization, slug, version]);
}

/** Text from outside that must not begin a line of its own. */
export function oneLine(text: string): string {
  return visible(text).replace(/\s+/g, " ").trim();
}
