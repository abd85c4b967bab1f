import type { Client } from "@modelcontextprotocol/client";
import * as v from "valibot";
import { plural } from "../../shared/text.ts";
import { ConnectError } from "./connect-error.ts";

/** Most tools that a server may have; further ones are left out. */
const MAX_TOOLS = 10_000;
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
  const tools = new Map<string, ToolDefinition>();
  const notices: string[] = [];
  let invalid = 0;
  let cursor: string | undefined;
  const cursors = new Set<string>();
  for (let count = 1; ; count++) {
    const params = cursor === undefined ? {} : { params: { cursor } };
    const found = await client.request({ method: "tools/list", ...params }, page, options);
    for (const one of found.tools) {
      const parsed = v.safeParse(entry, one);
      if (!parsed.success) invalid++;
      else if (tools.size < MAX_TOOLS) tools.set(parsed.output.name, parsed.output);
      else {
        notices.push(`It has more than ${MAX_TOOLS} tools: the further ones are left out.`);
        return { tools: [...tools.values()], notices };
      }
    }
    cursor = found.nextCursor ?? undefined;
    if (cursor === undefined) break;
    if (cursors.has(cursor)) throw new ConnectError("Its list of tools has no end: it gives the same page again.");
    cursors.add(cursor);
    if (count === MAX_PAGES) {
      notices.push(`Its list of tools has more than ${MAX_PAGES} pages: the tools of the further ones are left out.`);
      break;
    }
  }
  if (invalid > 0)
    notices.push(`It describes ${plural(invalid, "tool")} that cannot be used: no name, or no valid entry.`);
  return { tools: [...tools.values()], notices };
}
