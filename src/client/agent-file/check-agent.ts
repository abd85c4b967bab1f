import { nearest } from "../../shared/nearest.ts";
import type { Agent, McpServerDefinition, SubAgent } from "../../stigmer/index.ts";
import type { Report } from "./conform.ts";
import { checkServerFields } from "./server-fields.ts";

/** Reports what is wrong between the parts of an agent: names that occur twice, or that lead nowhere. */
export function checkAgent({ spec }: Agent, report: Report): void {
  const servers = spec?.mcpServers ?? [];
  const subAgents = spec?.subAgents ?? [];
  reportTwice(servers, "mcp_servers", "server", report);
  reportTwice(subAgents, "sub_agents", "sub-agent", report);
  checkServerFields(servers, report);
  for (const [index, subAgent] of subAgents.entries()) checkSubAgent(subAgent, index, servers, report);
}

function reportTwice(parts: readonly { name: string }[], list: string, what: string, report: Report): void {
  const seen = new Set<string>();
  for (const [index, { name }] of parts.entries()) {
    if (name !== "" && seen.has(name)) report(["spec", list, index, "name"], `is the name of another ${what} too`);
    seen.add(name);
  }
}

function checkSubAgent(
  { mcpServers, mcpToolSelections }: SubAgent,
  index: number,
  servers: readonly McpServerDefinition[],
  report: Report,
): void {
  const at = ["spec", "sub_agents", index];
  const known = new Map(servers.map((server) => [server.name, server]));
  for (const [position, name] of mcpServers.entries())
    if (!known.has(name))
      report(
        [...at, "mcp_servers", position],
        `is ${JSON.stringify(name)}, a server that the agent does not have: ${advice(name, [...known.keys()])}`,
      );
  for (const [name, { enabledTools }] of Object.entries(mcpToolSelections)) {
    const place = [...at, "mcp_tool_selections", name];
    if (!mcpServers.includes(name)) {
      report(
        place,
        `selects tools of a server that is not in the sub-agent's mcp_servers: ${advice(name, mcpServers)}`,
      );
      continue;
    }
    const allowed = known.get(name)?.enabledTools ?? [];
    if (allowed.length === 0) continue;
    for (const [position, tool] of enabledTools.entries())
      if (!allowed.includes(tool))
        report(
          [...place, "enabled_tools", position],
          `is ${JSON.stringify(tool)}, which is not among the enabled_tools of the agent's server: ${advice(tool, allowed)}`,
        );
  }
}

/** Names what was probably meant, or else all that there is. */
function advice(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  if (meant !== undefined) return `did you mean ${meant}?`;
  return known.length === 0 ? "it has none" : `it has ${known.join(", ")}`;
}
