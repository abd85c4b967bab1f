import type { SkillReference } from "./skill-reference.ts";

/** An MCP server of the agent that a sub-agent may use too. */
export interface McpServerUsage {
  /** The server's name in the agent's definition. */
  readonly server: string;
  /** The tools that the sub-agent may use, as the server names them; empty: the same as the agent. */
  readonly enabledTools: readonly string[];
}

/** An agent that the main agent can delegate to. */
export interface SubAgentDefinition {
  readonly name: string;
  /** Tells the main agent when to delegate; empty: the first line of the instructions does. */
  readonly description: string;
  /** Its system prompt. */
  readonly instructions: string;
  readonly mcpServers: readonly McpServerUsage[];
  /** Servers that it selects tools of, although they are not among `mcpServers`: a mistake. */
  readonly strayToolSelections: readonly string[];
  readonly skills: readonly SkillReference[];
}
