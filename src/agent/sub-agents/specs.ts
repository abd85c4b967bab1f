import { GENERAL_PURPOSE_SUBAGENT } from "deepagents";
import type { AgentDefinition, SubAgentDefinition } from "../../definition/index.ts";
import { cutBetweenWords } from "../../shared/text.ts";
import type { AgentRole } from "../prompt/agent-prompt.ts";

/** Characters of a description: all of them are sent to the main agent's model with each turn. */
const DESCRIPTION_LIMIT = 1_000;

/** A sub-agent, as the main agent knows it and as it is built. */
export interface SubAgentSpec extends AgentRole {
  readonly name: string;
  /** When to delegate to it. */
  readonly description: string;
}

/**
 * The sub-agents of an agent. The general-purpose one does what the main agent could do itself; a sub-agent of the
 * definition can take its name.
 */
export function subAgentSpecs({ subAgents, skills }: Pick<AgentDefinition, "subAgents" | "skills">): SubAgentSpec[] {
  const own = subAgents.map((subAgent) => ({
    name: subAgent.name,
    description: describe(subAgent),
    instructions: subAgent.instructions,
    skills: subAgent.skills,
    servers: subAgent.mcpServers,
  }));
  const { name, description, systemPrompt } = GENERAL_PURPOSE_SUBAGENT;
  if (own.some((subAgent) => subAgent.name === name)) return own;
  const instructions = typeof systemPrompt === "string" ? systemPrompt : "";
  return [{ name, description, instructions, skills }, ...own];
}

/** When to delegate to a sub-agent, for the main agent. */
export function describe({ description, instructions }: SubAgentDefinition): string {
  const [firstLine = ""] = instructions.trim().split("\n", 1);
  const text = description.trim() === "" ? firstLine.replace(/^#+\s*/, "") : description;
  return cutBetweenWords(text.trim(), DESCRIPTION_LIMIT) || "(no description)";
}
