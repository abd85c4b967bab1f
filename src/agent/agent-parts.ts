import type { StructuredTool } from "@langchain/core/tools";
import type { SkillReference } from "../definition/index.ts";
import { systemPrompt } from "./prompt.ts";

/** What all agents of an execution have in common. */
interface Surroundings {
  /** The directory in which their tools act. */
  readonly root: string;
  /** The names of the variables that their commands see. */
  readonly variables: readonly string[];
  /** The part of a prompt about these skills; empty without skills. */
  readonly skillsPrompt: (skills: readonly SkillReference[]) => string;
  /** MCP servers that could not be connected, and why. */
  readonly unavailable?: readonly { readonly name: string; readonly reason: string }[] | undefined;
}

/** What makes an agent different from the others of its execution. */
interface AgentRole {
  readonly instructions: string;
  readonly skills: readonly SkillReference[];
  /** Its tools besides those for files, commands and tasks. */
  readonly tools: readonly StructuredTool[];
}

/** The parts of an agent that the library asks for. */
interface AgentParts {
  readonly systemPrompt: string;
  readonly tools: StructuredTool[];
}

/** @returns the function that makes the parts of any agent of an execution, the main one or a sub-agent */
export function agentParts({
  root,
  variables,
  skillsPrompt,
  unavailable,
}: Surroundings): (role: AgentRole) => AgentParts {
  return ({ instructions, skills, tools }) => ({
    systemPrompt: systemPrompt({ instructions, skills: skillsPrompt(skills), root, variables, unavailable }),
    tools: [...tools],
  });
}

export type MakeParts = ReturnType<typeof agentParts>;
