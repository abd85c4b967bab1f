import type { AgentDefinition } from "../../definition/index.ts";
import type { ServerTools } from "../servers/server-tools.ts";
import { shownName } from "../turns/call-names.ts";
import { listed, refuse, shownAs } from "./check-definition.ts";

/**
 * Checks that the connected servers have the tools that sub-agents select. A server that is missing could not be
 * connected, which the user knows already.
 * @throws AgentError with all problems
 */
export function checkSelections(
  { name, subAgents }: Pick<AgentDefinition, "name" | "subAgents">,
  servers: ServerTools,
) {
  const problems = subAgents.flatMap((subAgent, index) =>
    subAgent.mcpServers.flatMap(({ server, enabledTools }) => {
      const tools = servers.get(server)?.map((tool) => tool.name);
      const unknown = tools === undefined ? [] : enabledTools.filter((tool) => !tools.includes(tool));
      if (unknown.length === 0) return [];
      const has = tools === undefined || tools.length === 0 ? "no tools" : listed(tools);
      return [
        `${shownAs(subAgent, index)} selects ${listed(unknown)} of the MCP server "${shownName(server)}", which has ${has}.`,
      ];
    }),
  );
  refuse(name, problems);
}
