import { GENERAL_PURPOSE_SUBAGENT, type SubAgent } from "deepagents";
import type { AgentDefinition, SubAgentDefinition } from "../../definition/index.ts";
import { cutBetweenWords } from "../../shared/text.ts";
import type { MakeParts } from "../prompt/agent-prompt.ts";
import { allTools, type ServerTools, selectedTools } from "../servers/server-tools.ts";

/** Characters of a description: all of them are sent to the main agent's model with each turn. */
const DESCRIPTION_LIMIT = 1_000;

/**
 * The sub-agents in the library's form, without their middleware. The general-purpose one does what the main agent could
 * do itself; a sub-agent of the definition can take its name.
 */
export function subAgentSpecs(
  { subAgents, skills, mcpServers }: Pick<AgentDefinition, "subAgents" | "skills" | "mcpServers">,
  servers: ServerTools,
  parts: MakeParts,
): SubAgent[] {
  const own = subAgents.map((subAgent) => ({
    name: subAgent.name,
    description: describe(subAgent),
    ...parts({
      ...subAgent,
      servers: subAgent.mcpServers.map(({ server }) => server),
      tools: selectedTools(servers, subAgent.mcpServers),
    }),
  }));
  const { name, description, systemPrompt } = GENERAL_PURPOSE_SUBAGENT;
  if (own.some((subAgent) => subAgent.name === name)) return own;
  const instructions = typeof systemPrompt === "string" ? systemPrompt : "";
  const general = { instructions, skills, servers: mcpServers.map((server) => server.name), tools: allTools(servers) };
  return [{ name, description, ...parts(general) }, ...own];
}

/** When to delegate to a sub-agent, for the main agent. */
export function describe({ description, instructions }: SubAgentDefinition): string {
  const [firstLine = ""] = instructions.trim().split("\n", 1);
  const text = description.trim() === "" ? firstLine.replace(/^#+\s*/, "") : description;
  return cutBetweenWords(text.trim(), DESCRIPTION_LIMIT) || "(no description)";
}
