import type { SkillReference } from "../definition/index.ts";
import { visible } from "../shared/printable.ts";
import { wellFormed } from "../shared/text.ts";

/** Longest name of a skill in a prompt, in characters. */
const NAME_LIMIT = 200;

/** A skill for messages, as in `skill acme/pdf (version v1)`. */
export function referenceText({ organization, slug, version }: SkillReference): string {
  const path = organization === "" ? slug : `${organization}/${slug}`;
  return oneLine(version === "" ? `skill ${path}` : `skill ${path} (version ${version})`);
}

/** The same for references that mean the same. */
export function referenceKey({ scope, organization, slug, version }: SkillReference): string {
  return JSON.stringify([scope, organization, slug, version]);
}

/** The name of a skill for its agent. A server may accept names of any length. */
export function nameInPrompt(name: string): string {
  const line = oneLine(name);
  return line.length <= NAME_LIMIT ? line : `${wellFormed(line.slice(0, NAME_LIMIT))}…`;
}

/** Text from outside that must not begin a line of its own. */
function oneLine(text: string): string {
  return visible(text).replace(/\s+/g, " ").trim();
}
