import type { StructuredTool } from "@langchain/core/tools";
import type { McpServerUsage } from "../../definition/index.ts";

/** A tool of an MCP server that an agent may use. */
interface ServerTool {
  /** As the server names it; agents may know it under another name. */
  readonly name: string;
  readonly tool: StructuredTool;
}

/** The tools of the connected servers, by the server's name. A server that could not be connected is missing. */
export type ServerTools = ReadonlyMap<string, readonly ServerTool[]>;

/** Whether a selection of tools has one of this name; an empty selection has all. */
export function isEnabled({ enabledTools }: Pick<McpServerUsage, "enabledTools">, name: string): boolean {
  return enabledTools.length === 0 || enabledTools.includes(name);
}
