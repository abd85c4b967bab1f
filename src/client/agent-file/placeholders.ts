import { variablesIn } from "../../shared/placeholders.ts";
import type { McpServerDefinition } from "../../stigmer/index.ts";

/** A text of a server, and where it stands below the server. */
interface Text {
  readonly at: readonly (string | number)[];
  readonly text: string;
}

/** The variables that a server needs, each with the first place that names it. */
export function placeholdersOf(server: McpServerDefinition): ReadonlyMap<string, Text["at"]> {
  const found = new Map<string, Text["at"]>();
  for (const { at, text } of textsOf(server))
    for (const name of variablesIn(text)) if (!found.has(name)) found.set(name, at);
  return found;
}

/** Fields whose keys are names of the user: they stay what they are. */
const MAPS: ReadonlySet<string> = new Set(["envPlaceholders", "headers", "queryParams"]);

/** All texts of a server in which variables are replaced. */
export function textsOf({ serverType }: McpServerDefinition): readonly Text[] {
  const texts: Text[] = [];
  const walk = (part: unknown, at: Text["at"], keyOf: (key: string) => string | number) => {
    if (typeof part === "string") texts.push({ at, text: part });
    if (typeof part !== "object" || part === null) return;
    for (const [key, inner] of Object.entries(part)) {
      if (key === "$typeName") continue;
      walk(inner, [...at, keyOf(key)], Array.isArray(inner) ? Number : MAPS.has(key) ? String : snakeCase);
    }
  };
  if (serverType.case !== undefined) walk(serverType.value, [serverType.case], snakeCase);
  return texts;
}

/** A field's name as files have it. */
function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
