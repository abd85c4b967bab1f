import { sha256 } from "../../shared/sha256.ts";
import { TASK_TOOL } from "../../shared/sub-agents.ts";
import { SEARCH_TOOL_NAME } from "../tool-search/search-tool-name.ts";

/** The longest name of a tool that every provider accepts. */
const NAME_LIMIT = 64;
const HASH_LENGTH = 8;

/** Names of the runner's own tools, which servers cannot take. */
export const OWN_TOOLS: ReadonlySet<string> = new Set([
  "ls",
  "read_file",
  "write_file",
  "edit_file",
  "delete",
  "glob",
  "grep",
  "execute",
  TASK_TOOL,
  "write_todos",
  SEARCH_TOOL_NAME,
]);

/** A tool by its server and its name there. */
export interface ToolKey {
  readonly server: string;
  readonly name: string;
}

/**
 * Gives tools the names under which the model sees them: the server's own, unless another server has a tool of that name,
 * or the runner itself. A name never changes once it was given, and does not depend on the order of the servers.
 */
export class ToolNames {
  readonly #given = new Map<string, string>();
  readonly #taken = new Set<string>(OWN_TOOLS);

  /** @param tools those that are there now; what was given before stays */
  give(tools: readonly ToolKey[]): void {
    const news = tools.filter((tool) => !this.#given.has(keyOf(tool)));
    const counts = new Map<string, number>();
    for (const { name } of news) counts.set(clean(name), (counts.get(clean(name)) ?? 0) + 1);
    for (const tool of news) {
      const plain = clean(tool.name);
      const isAmbiguous = (counts.get(plain) ?? 0) > 1 || this.#taken.has(plain) || plain === "";
      const wanted = isAmbiguous ? prefixed(tool) : plain;
      const name = this.#taken.has(wanted) ? hashed(wanted, tool) : wanted;
      this.#given.set(keyOf(tool), name);
      this.#taken.add(name);
    }
  }

  of(tool: ToolKey): string {
    return this.#given.get(keyOf(tool)) ?? prefixed(tool);
  }
}

function keyOf({ server, name }: ToolKey): string {
  return `${server}\0${name}`;
}

function prefixed(tool: ToolKey): string {
  const full = `${tool.server}_${tool.name}`.replace(/[^A-Za-z0-9_-]/g, "_");
  return full.length > NAME_LIMIT ? hashed(full, tool) : full;
}

/** Cut names differ at their end. */
function clean(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_-]/g, "_");
  return plain.length > NAME_LIMIT ? hashed(plain, { server: "", name }) : plain;
}

function hashed(text: string, tool: ToolKey): string {
  const hash = sha256(keyOf(tool)).slice(0, HASH_LENGTH);
  return `${text.slice(0, NAME_LIMIT - HASH_LENGTH - 1)}_${hash}`;
}
