import type { McpServerUsage, SkillReference } from "../../definition/index.ts";
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
export interface AgentRole {
  readonly instructions: string;
  readonly skills: readonly SkillReference[];
  /** The MCP servers that it uses, and which of their tools; absent: all that the execution has. */
  readonly servers?: readonly McpServerUsage[] | undefined;
}

/** @returns the function that makes the system prompt of any agent of an execution, the main one or a sub-agent */
export function promptMaker(surroundings: Surroundings): (role: AgentRole) => string {
  const { root, variables, skills, unavailable, serverInstructions } = surroundings;
  return (role) => {
    const isUsed = ({ name }: { readonly name: string }) => role.servers?.some(({ server }) => server === name) ?? true;
    return systemPrompt({
      root,
      variables,
      instructions: role.instructions,
      skills: skills.of(role.skills),
      servers: serversSection(serverInstructions.filter(isUsed)),
      unavailable: unavailable.filter(isUsed),
    });
  };
}
