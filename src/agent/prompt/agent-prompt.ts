import type { StructuredTool } from "@langchain/core/tools";
import type { SkillReference } from "../../definition/index.ts";
import { systemPrompt } from "./prompt.ts";
import { serversSection } from "./servers-section.ts";
import type { SkillSections } from "./skills-section.ts";

/** What all agents of an execution have in common. */
interface Surroundings {
  /** The directory in which their tools act. */
  readonly root: string;
  /** The names of the variables that their commands see. */
  readonly variables: readonly string[];
  readonly skills: Pick<SkillSections, "of">;
  /** What MCP servers say about the use of their tools. */
  readonly serverInstructions: readonly { readonly name: string; readonly text: string }[];
  /** MCP servers that could not be connected, and why. */
  readonly unavailable: readonly { readonly name: string; readonly reason: string }[];
}

/** What makes an agent different from the others of its execution. */
interface AgentRole {
  readonly instructions: string;
  readonly skills: readonly SkillReference[];
  /** The names of its MCP servers. */
  readonly servers: readonly string[];
  /** Its tools besides those for files, commands and tasks. */
  readonly tools: readonly StructuredTool[];
}

/** The parts of an agent that the library asks for. */
interface AgentParts {
  readonly systemPrompt: string;
  readonly tools: StructuredTool[];
}

/** @returns the function that makes the parts of any agent of an execution, the main one or a sub-agent */
export function agentParts(surroundings: Surroundings): (role: AgentRole) => AgentParts {
  const { root, variables, skills, unavailable, serverInstructions } = surroundings;
  return (role) => {
    const facts = {
      instructions: role.instructions,
      skills: skills.of(role.skills),
      servers: serversSection(serverInstructions.filter(({ name }) => role.servers.includes(name))),
      unavailable: unavailable.filter(({ name }) => role.servers.includes(name)),
    };
    return { systemPrompt: systemPrompt({ ...facts, root, variables }), tools: [...role.tools] };
  };
}

export type MakeParts = ReturnType<typeof agentParts>;
