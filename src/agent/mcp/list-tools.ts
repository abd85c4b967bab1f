import type { Client } from "@modelcontextprotocol/client";
import * as v from "valibot";
import { humanSize } from "../../shared/human-size.ts";
import { plural } from "../../shared/text.ts";
import { ConnectError } from "./connect-error.ts";

/** Most tools that a server may have; further ones are left out. */
const MAX_TOOLS = 10_000;
/** Characters of their definitions, as JSON. */
const MAX_CHARACTERS = 16 * 1024 * 1024;
/** Most pages of its list that are asked for. */
const MAX_PAGES = 100;

/** A tool as a server describes it. */
export interface ToolDefinition {
  readonly name: string;
  readonly title?: string | undefined;
  readonly description?: string | undefined;
  /** A JSON schema, if the server keeps to the protocol. */
  readonly inputSchema?: unknown;
}

export interface ToolList {
  readonly tools: readonly ToolDefinition[];
  /** What is missing in it, each as a sentence. */
  readonly notices: readonly string[];
}

/** One bad entry must not cost the others: each is checked by itself. */
const page = v.looseObject({ tools: v.array(v.unknown()), nextCursor: v.nullish(v.string()) });
const entry = v.looseObject({
  name: v.pipe(v.string(), v.nonEmpty()),
  title: v.optional(v.fallback(v.string(), "")),
  description: v.optional(v.fallback(v.string(), "")),
  inputSchema: v.optional(v.unknown()),
});

/** All pages of a server's tools, up to the limits. @throws what the SDK throws; ConnectError */
export async function listTools(
  client: Client,
  options: { readonly signal: AbortSignal; readonly timeout: number },
): Promise<ToolList> {
  const collected = new Collected();
  const cursors = new Set<string>();
  let cursor: string | undefined;
  for (let count = 1; ; count++) {
    const params = cursor === undefined ? {} : { params: { cursor } };
    const found = await client.request({ method: "tools/list", ...params }, page, options);
    for (const one of found.tools) {
      const full = collected.add(one);
      if (full !== undefined) return collected.list(full);
    }
    cursor = found.nextCursor ?? undefined;
    if (cursor === undefined) return collected.list();
    if (cursors.has(cursor)) throw new ConnectError("Its list of tools has no end: it gives the same page again.");
    cursors.add(cursor);
    if (count === MAX_PAGES)
      return collected.list(
        `Its list of tools has more than ${MAX_PAGES} pages: the tools of the further ones are left out.`,
      );
  }
}

/** The tools that a server has described so far. */
class Collected {
  readonly #tools = new Map<string, ToolDefinition>();
  #invalid = 0;
  #characters = 0;

  /** @returns why nothing more is taken, as a sentence */
  add(described: unknown): string | undefined {
    const length = charactersOf(described);
    const parsed = v.safeParse(entry, length === undefined ? undefined : described);
    this.#characters += length ?? 0;
    if (this.#characters > MAX_CHARACTERS)
      return `It describes its tools with more than ${humanSize(MAX_CHARACTERS)}: the further ones are left out.`;
    if (!parsed.success) this.#invalid++;
    else if (this.#tools.size < MAX_TOOLS) this.#tools.set(parsed.output.name, parsed.output);
    else return `It has more than ${MAX_TOOLS} tools: the further ones are left out.`;
    return undefined;
  }

  /** @param full why it is not all of the server's list */
  list(full?: string): ToolList {
    const notices = full === undefined ? [] : [full];
    if (this.#invalid > 0)
      notices.push(`It describes ${plural(this.#invalid, "tool")} that cannot be used: no name, or no valid entry.`);
    return { tools: [...this.#tools.values()], notices };
  }
}

/** @returns `undefined` if it is nested too deeply for JSON, which can be read then, but not written */
function charactersOf(value: unknown): number | undefined {
  try {
    return JSON.stringify(value)?.length ?? 0;
  } catch {
    return undefined;
  }
}
