import { isCommandVariable } from "../../shared/variable-name.ts";

/** What the system prompt is made of. */
interface PromptFacts {
  /** The agent's instructions. */
  readonly instructions: string;
  /** What it must know about its skills; empty if it has none. */
  readonly skills: string;
  /** The directory in which its tools act. */
  readonly root: string;
  /** The names of the execution's variables. Those that no command can have are not mentioned. */
  readonly variables: readonly string[];
  /** What it must know of its MCP servers; empty if that is nothing. */
  readonly servers: string;
  /** MCP servers whose tools the agent has to do without, and why. */
  readonly unavailable: readonly { readonly name: string; readonly reason: string }[];
}

/** The agent's instructions, followed by what it must know about its sandbox. */
export function systemPrompt({ instructions, skills, servers, root, variables, unavailable }: PromptFacts): string {
  const environment = [
    "## Environment",
    `Your working directory is ${root}. Commands start there, and your file tools work in it and below it only. Give paths relative to it, or absolute ones that start with it.`,
  ];
  const visible = variables.filter(isCommandVariable);
  if (visible.length > 0) {
    environment.push(
      `Your commands see these environment variables: ${visible.join(", ")}. Use them by name (\`$NAME\`); never print or repeat the values of secrets.`,
    );
  }
  for (const { name, reason } of unavailable)
    environment.push(
      `The MCP server ${JSON.stringify(name)} is not available, so you do not have its tools: ${reason}`,
    );
  const parts = [instructions.trim(), skills.trim(), servers, environment.join("\n")];
  return parts.filter((part) => part !== "").join("\n\n");
}

/** The user's message with its context, as the agent receives it. */
export function promptWithContext(text: string, organization: string): string {
  return organization === "" ? text : `${text}\n\nOrganization: ${organization}`;
}
