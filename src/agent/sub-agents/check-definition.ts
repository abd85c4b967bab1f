import type { AgentDefinition, SubAgentDefinition } from "../../definition/index.ts";
import { MAX_SUB_AGENTS } from "../../shared/agent-limits.ts";
import { acceptableName, isSubAgentName, NAME_RULE, RESERVED_NAME } from "../../shared/sub-agent-name.ts";
import { cutToWidth } from "../../shared/width.ts";
import { AgentError } from "../agent-error.ts";
import { shownName } from "../turns/call-names.ts";

/** Characters of a list of names. */
const LIST_WIDTH = 400;

/**
 * Checks what an agent says about its sub-agents. Nothing has been started yet.
 * @throws AgentError with all problems
 */
export function checkSubAgents({
  name,
  subAgents,
  mcpServers,
}: Pick<AgentDefinition, "name" | "subAgents" | "mcpServers">) {
  const servers = new Map(mcpServers.map((server) => [server.name, server.enabledTools]));
  const problems = [
    ...nameProblems(subAgents),
    ...subAgents.flatMap((subAgent, index) => serverProblems(subAgent, shownAs(subAgent, index), servers)),
  ];
  if (subAgents.length > MAX_SUB_AGENTS)
    problems.unshift(`There are ${subAgents.length} sub-agents, and at most ${MAX_SUB_AGENTS} are allowed.`);
  refuse(name, problems);
}

/** @throws AgentError with the problems, if there are any */
export function refuse(agentName: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new AgentError(
    "definition",
    `The sub-agents of the agent "${shownName(agentName)}" cannot be used as they are defined. ${problems.join(" ")}`,
    { remedies: ["Correct the agent's definition, then send the message again."] },
  );
}

function nameProblems(subAgents: readonly SubAgentDefinition[]): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const [index, { name }] of subAgents.entries()) {
    if (name === "") problems.push(`Sub-agent ${index + 1} has no name.`);
    else if (name === RESERVED_NAME) problems.push(`The name "${RESERVED_NAME}" is reserved: choose another one.`);
    else if (!isSubAgentName(name)) {
      const suggestion = acceptableName(name);
      const example = suggestion === undefined ? "" : ` Call it "${suggestion}", for example.`;
      problems.push(`Models cannot use the name "${shownName(name)}": ${NAME_RULE}.${example}`);
    } else if (seen.has(name)) problems.push(`Several sub-agents are named "${name}": each needs a name of its own.`);
    seen.add(name);
  }
  return [...new Set(problems)];
}

function serverProblems(
  { mcpServers, strayToolSelections }: SubAgentDefinition,
  who: string,
  servers: ReadonlyMap<string, readonly string[]>,
): string[] {
  const problems: string[] = [];
  const known = servers.size === 0 ? "it has none" : `it has ${listed([...servers.keys()])}`;
  for (const { server, enabledTools } of mcpServers) {
    const allowed = servers.get(server);
    if (allowed === undefined) {
      problems.push(`${who} uses the MCP server "${shownName(server)}", which the agent does not have (${known}).`);
      continue;
    }
    const excluded = allowed.length === 0 ? [] : enabledTools.filter((tool) => !allowed.includes(tool));
    if (excluded.length > 0)
      problems.push(
        `${who} selects ${listed(excluded)} of the MCP server "${shownName(server)}", but the agent itself may only use ${listed(allowed)}.`,
      );
  }
  for (const server of strayToolSelections)
    problems.push(
      `${who} selects tools of the MCP server "${shownName(server)}", which is not among its own servers: add it to mcp_servers, or remove the selection.`,
    );
  return problems;
}

export function shownAs({ name }: SubAgentDefinition, index: number): string {
  return name === "" ? `Sub-agent ${index + 1}` : `"${shownName(name)}"`;
}

/** Names for a text. */
export function listed(names: readonly string[]): string {
  return cutToWidth(names.map((name) => `"${shownName(name)}"`).join(", "), LIST_WIDTH);
}
