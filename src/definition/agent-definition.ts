import type { Environment } from "./environment.ts";
import type { McpServer } from "./mcp-server.ts";
import type { SkillReference } from "./skill-reference.ts";
import type { SubAgentDefinition } from "./sub-agent-definition.ts";

/** What an agent is and what it may use, as far as Stigmer says it. */
export interface AgentDefinition {
  readonly name: string;
  /** The system prompt. */
  readonly instructions: string;
  /** `name` or `provider:name`, as the execution asks for it; empty: the runner's default model. */
  readonly modelName: string;
  /** All layers joined: the agent's, its instance's and the execution's. */
  readonly environment: Environment;
  readonly skills: readonly SkillReference[];
  readonly mcpServers: readonly McpServer[];
  readonly subAgents: readonly SubAgentDefinition[];
}
