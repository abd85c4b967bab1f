/**
 * The MCP servers of an agent: connects to them, and makes tools of the agent library from theirs. Loaded only for agents
 * that have servers; `resolve-servers.ts`, which checks their definitions, is light and loaded by itself.
 *
 * ```ts
 * await using servers = await McpServers.connect(definition, deps);
 * const { initial, ... } = servers.select();
 * const ofSubAgent = servers.select(subAgent.mcpServers);
 * createDeepAgent({ tools: initial.map(({ tool }) => tool), middleware: [mcpMiddleware(servers.select())], … });
 * ```
 *
 * @module
 */
export { mcpMiddleware } from "./mcp-middleware.ts";
export { type McpDeps, McpServers, type ToolSelection } from "./mcp-servers.ts";
