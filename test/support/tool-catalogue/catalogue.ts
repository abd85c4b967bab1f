import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DynamicStructuredTool } from "@langchain/core/tools";
import { parse } from "yaml";
import type { SearchableTool } from "../../../src/agent/tool-search/index.ts";

interface Service {
  readonly server: string;
  readonly title: string;
  /** What its tools act on, and the fields of that. */
  readonly things: Readonly<Record<string, readonly string[]>>;
  /** Further tools, with what they do. */
  readonly more: Readonly<Record<string, string>>;
}

/** What each service can do with each thing. */
const VERBS = {
  create: (thing: string, title: string) => `Create a new ${thing} in ${title}`,
  get: (thing: string, title: string) => `Get the details of a ${thing} in ${title} by its id`,
  list: (thing: string, title: string) => `List ${plural(thing)} in ${title}, page by page`,
  update: (thing: string, title: string) => `Change the fields of an existing ${thing} in ${title}`,
  delete: (thing: string, title: string) => `Permanently delete a ${thing} from ${title}`,
};

/** Over a thousand tools, as the MCP servers of known services define them. */
export function catalogue(): SearchableTool[] {
  const services = parse(readFileSync(join(import.meta.dir, "services.yaml"), "utf8")) as Service[];
  return services.flatMap(toolsOf);
}

function toolsOf({ server, title, things, more }: Service): SearchableTool[] {
  const generated = Object.entries(things).flatMap(([thing, fields]) =>
    Object.entries(VERBS).map(([verb, describe]) => {
      const noun = verb === "list" ? plural(thing) : thing;
      const own = verb === "create" || verb === "update" ? fields : [];
      const id = verb === "list" ? "page" : `${thing.replaceAll(" ", "_")}_id`;
      return toolOf(server, `${verb} ${noun}`, `${describe(thing, title)}.`, verb === "create" ? own : [id, ...own]);
    }),
  );
  const written = Object.entries(more).map(([name, text]) => toolOf(server, name, `${text}.`, ["id", "options"]));
  return [...new Map([...generated, ...written].map((one) => [one.tool.name, one])).values()];
}

function plural(thing: string): string {
  return thing.endsWith("y") ? `${thing.slice(0, -1)}ies` : `${thing}s`;
}

function toolOf(server: string, words: string, description: string, parameters: readonly string[]): SearchableTool {
  const name = `${server}_${words.replaceAll(" ", "_")}`;
  const properties = Object.fromEntries(
    parameters.map((one) => [one, { type: "string", description: `The ${one.replaceAll("_", " ")}.` }]),
  );
  const schema = { type: "object", properties, required: parameters.slice(0, 1) } as const;
  const func = async () => `${name} was called`;
  return { server, tool: new DynamicStructuredTool({ name, description, schema, func }) };
}
