import type { AgentDefinition, McpServer } from "../../definition/index.ts";
import { MAX_MCP_SERVERS } from "../../shared/agent-limits.ts";
import { withVariables } from "../../shared/placeholders.ts";
import { AgentError } from "../agent-error.ts";
import { checkServer, type Problem } from "./check-server.ts";
import { type Field, mapTexts } from "./fields.ts";
import type { KnownServer, ResolvedServer } from "./resolved-server.ts";

/** Problems that an error lists. */
const MAX_PROBLEMS = 20;

/**
 * Replaces variables in the definitions of an agent's MCP servers, and checks the definitions. Nothing is started. Which
 * of them sub-agents may use is checked with the sub-agents.
 * @throws AgentError `mcp-definition` that names all problems of all servers
 */
export function resolveServers({
  mcpServers,
  environment,
}: Pick<AgentDefinition, "mcpServers" | "environment">): ResolvedServer[] {
  const problems: Problem[] = [...problemsOfNames(mcpServers)];
  const resolved: ResolvedServer[] = [];
  for (const template of mcpServers) {
    if (template.kind === "unknown") {
      problems.push({
        text: `The MCP server ${label(template)} has no type that this version of the runner knows.`,
        remedy: "Define it as stdio, http or docker, or update the runner.",
      });
      continue;
    }
    const { server, unknown } = withValues(template, environment.values);
    problems.push(...unknown);
    // A text with a placeholder in it would fail for that reason again.
    if (unknown.length === 0) problems.push(...checkServer(server, template));
    resolved.push({ server, template });
  }
  if (problems.length > 0) throw definitionError(problems);
  return resolved;
}

/** A server as messages name it. */
function label({ name }: Pick<McpServer, "name">): string {
  return JSON.stringify(name);
}

function withValues(template: KnownServer, values: Readonly<Record<string, string>>) {
  const unknown: Problem[] = [];
  const server = mapTexts(template, (text: string, field: Field) =>
    withVariables(text, values, (name) =>
      unknown.push({
        text: `The MCP server ${label(template)} needs the variable ${name} for its field ${field}, and the execution has no such variable.`,
        remedy: `Set ${name} in the agent's env_spec, in an environment of the agent instance, or in the execution's runtime_env (\`run --env ${name}=value\`, or \`--secret-env ${name}\`).`,
      }),
    ),
  );
  return { server, unknown };
}

function* problemsOfNames(mcpServers: readonly McpServer[]): Generator<Problem> {
  if (mcpServers.length > MAX_MCP_SERVERS)
    yield {
      text: `The agent has ${mcpServers.length} MCP servers, and at most ${MAX_MCP_SERVERS} are allowed.`,
      remedy: "Remove some, or give them to other agents.",
    };
  const seen = new Map<string, number>();
  for (const { name } of mcpServers) seen.set(name, (seen.get(name) ?? 0) + 1);
  for (const [name, count] of seen) {
    if (name.trim() === "")
      yield { text: "An MCP server of the agent has no name.", remedy: "Give each server a name of its own." };
    else if (count > 1)
      yield {
        text: `${count} MCP servers of the agent have the name ${label({ name })}.`,
        remedy: "Give each server a name of its own.",
      };
  }
}

function definitionError(problems: readonly Problem[]): AgentError {
  const shown = problems.slice(0, MAX_PROBLEMS).map(({ text, remedy }) => `${text} ${remedy}`);
  const more = problems.length - shown.length;
  if (more > 0) shown.push(`There are ${more} further problems of this kind.`);
  return new AgentError("mcp-definition", shown.join("\n"));
}
