/**
 * The MCP servers of an agent: connects to them, and makes tools of the agent library from theirs. Loaded only for agents
 * that have servers; `resolve-servers.ts`, which checks their definitions before, is light and loaded by itself.
 *
 * ```ts
 * await using servers = await McpServers.connect(resolveServers(definition), deps);
 * const selection = servers.select(subAgent.mcpServers);
 * const tools = selection.initial.map(({ tool }) => tool);
 * const middleware = [mcpMiddleware(selection)];
 * ```
 *
 * @module
 */
export { mcpMiddleware } from "./mcp-middleware.ts";
export { type McpDeps, McpServers, type ToolSelection } from "./mcp-servers.ts";
