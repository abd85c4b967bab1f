import type { AgentDefinition, SkillReference, SubAgentDefinition } from "../definition/index.ts";
import { toMcpServer } from "./mcp-server-definition.ts";
import { type Agent, ApiResourceOwnerScope, type ApiResourceReference, type SubAgent } from "./wire.ts";

/** @param chosen what does not come from the agent alone */
export function toAgentDefinition(
  { metadata, spec }: Agent,
  chosen: Pick<AgentDefinition, "modelName" | "environment">,
): AgentDefinition {
  return {
    name: metadata?.name ?? "",
    instructions: spec?.instructions ?? "",
    modelName: chosen.modelName,
    environment: chosen.environment,
    skills: (spec?.skillRefs ?? []).map(toSkillReference),
    mcpServers: (spec?.mcpServers ?? []).map(toMcpServer),
    subAgents: (spec?.subAgents ?? []).map(toSubAgent),
  };
}

function toSubAgent({ name, description, instructions, ...spec }: SubAgent): SubAgentDefinition {
  const selections = spec.mcpToolSelections;
  const mcpServers = spec.mcpServers.map((server) => {
    // Names come from outside: `constructor` is not a selection.
    return { server, enabledTools: Object.hasOwn(selections, server) ? (selections[server]?.enabledTools ?? []) : [] };
  });
  const strayToolSelections = Object.keys(selections).filter((server) => !spec.mcpServers.includes(server));
  const skills = spec.skillRefs.map(toSkillReference);
  return { name, description, instructions, mcpServers, strayToolSelections, skills };
}

function toSkillReference({ scope, org, slug, version }: ApiResourceReference): SkillReference {
  return { scope: SCOPES[scope] ?? "unspecified", organization: org, slug, version };
}

const SCOPES: Readonly<Partial<Record<ApiResourceOwnerScope, SkillReference["scope"]>>> = {
  [ApiResourceOwnerScope.platform]: "platform",
  [ApiResourceOwnerScope.organization]: "organization",
  [ApiResourceOwnerScope.identity_account]: "identity-account",
};
