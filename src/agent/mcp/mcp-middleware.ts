import { type AgentMiddleware, createMiddleware } from "langchain";
import { asMiddleware } from "../as-middleware.ts";
import type { ToolSelection } from "./mcp-servers.ts";
import type { McpTool } from "./mcp-tool.ts";

/**
 * Follows changes of the tools that an agent was built with: each call of the model gets those that are there now. The
 * agent library fixes the tools when the agent is built, but lets a middleware add some, if it also executes them.
 */
export function mcpMiddleware(selection: ToolSelection): AgentMiddleware {
  const initial = new Set<unknown>(selection.initial.map(({ tool }) => tool));
  /** Added since; also those that are gone again: their server says so if they are called. */
  const added = new Map<string, McpTool>();
  return asMiddleware(
    createMiddleware({
      name: "agentRunnerMcp",
      async wrapModelCall(request, handler) {
        const current = await selection.current();
        const there = new Set<unknown>(current.map(({ tool }) => tool));
        const news = current.filter(({ tool }) => !initial.has(tool));
        for (const one of news) added.set(one.tool.name, one);
        const kept = request.tools.filter((tool) => !initial.has(tool) || there.has(tool));
        return await handler({ ...request, tools: [...kept, ...news.map(({ tool }) => tool)] });
      },
      async wrapToolCall(request, handler) {
        const found = request.tool === undefined ? added.get(request.toolCall.name) : undefined;
        return await handler(found === undefined ? request : { ...request, tool: found.tool });
      },
    }),
  );
}
