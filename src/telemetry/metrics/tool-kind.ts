/** What a tool does, for the label of its calls: names of tools are chosen by users. */
export type ToolKind = "command" | "file" | "task" | "todos" | "tool-search" | "mcp";

const KINDS: ReadonlyMap<string, ToolKind> = new Map([
  ["execute", "command"],
  ...["ls", "read_file", "write_file", "edit_file", "glob", "grep", "delete"].map((name) => [name, "file"] as const),
  ["task", "task"],
  ["write_todos", "todos"],
  ["search_tools", "tool-search"],
]);

/** All tools that are not the runner's own are those of MCP servers. */
export function toolKind(name: string): ToolKind {
  return KINDS.get(name) ?? "mcp";
}
