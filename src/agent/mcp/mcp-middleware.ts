import { type AgentMiddleware, createMiddleware } from "langchain";
import { asMiddleware } from "../as-middleware.ts";
import type { ToolSelection } from "./mcp-servers.ts";

/**
 * Follows changes of the tools that an agent was built with: each call of the model gets those that are there now. The
 * agent library fixes the tools when the agent is built, but lets a middleware add some, if it also executes them.
 */
export function mcpMiddleware(selection: ToolSelection): AgentMiddleware {
  const initial = new Set<unknown>(selection.initial.map(({ tool }) => tool));
  return asMiddleware(
    createMiddleware({
      name: "agentRunnerMcp",
      async wrapModelCall(request, handler) {
        const current = await selection.current();
        const there = new Set<unknown>(current.map(({ tool }) => tool));
        const news = current.filter(({ tool }) => !initial.has(tool));
        const kept = request.tools.filter((tool) => !initial.has(tool) || there.has(tool));
        return await handler({ ...request, tools: [...kept, ...news.map(({ tool }) => tool)] });
      },
      async wrapToolCall(request, handler) {
        if (request.tool !== undefined) return await handler(request);
        const added = selection.known().find(({ tool }) => tool.name === request.toolCall.name);
        return await handler(added === undefined ? request : { ...request, tool: added.tool });
      },
    }),
  );
}
