import type { StructuredTool } from "@langchain/core/tools";
import type { AgentMiddleware } from "langchain";
import type { McpServerUsage } from "../../definition/index.ts";
import { asMiddleware } from "../as-middleware.ts";
import type { ConnectedServers } from "./connect-servers.ts";

/** What an agent is built with to use the tools of its MCP servers. */
interface ServerUse {
  /** The tools that are there when the agent is built. */
  readonly tools: StructuredTool[];
  /** To be used in place of the summarization that was given. */
  readonly summaries: AgentMiddleware;
  /** Executes tools that servers have added. */
  readonly following: readonly AgentMiddleware[];
  /** The names of tools that the model may call although it does not see them: to be searched for, or gone since. */
  readonly hiddenTools: () => readonly string[];
}

/**
 * @param servers absent if the agent has none
 * @param summaries counts the size of prompts, so it has to see the tools as the model does
 * @param usages the servers and tools of a sub-agent, of the agent's; absent: all of the agent
 */
export function usesServers(
  servers: ConnectedServers | undefined,
  summaries: AgentMiddleware,
  usages?: readonly McpServerUsage[],
): ServerUse {
  if (servers === undefined) return { tools: [], summaries, following: [], hiddenTools: () => [] };
  const selection = servers.mcp.select(usages);
  const changes = servers.middleware(selection);
  const { wrapModelCall: _, ...executing } = changes;
  const search = servers.search(selection);
  return {
    tools: selection.initial.map(({ tool }) => tool),
    summaries: search.around(summaries, changes),
    following: [asMiddleware(executing)],
    hiddenTools: () => selection.known().map(({ tool }) => tool.name),
  };
}
