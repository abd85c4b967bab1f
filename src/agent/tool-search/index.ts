/**
 * Lets a model find its tools by words instead of seeing the definition of each, if an agent has many. Used where agents
 * are built. It never calls a tool: all of them stay registered with the agent.
 *
 * @module
 */
export type { SearchableTool } from "./searchable-tool.ts";
export { type ToolSearch, toolSearch } from "./tool-search.ts";
