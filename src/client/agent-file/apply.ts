import { create } from "@bufbuild/protobuf";
import {
  type Agent,
  AgentCommandController,
  AgentInstanceCommandController,
  ApiResourceKind,
  type ApiResourceReference,
  ApiResourceReferenceSchema,
  type Environment,
  EnvironmentCommandController,
  type StigmerClient,
} from "../../stigmer/index.ts";
import { defaultInstance } from "../default-instance.ts";
import type { LoadedAgentFile, SkillOnServer } from "./load.ts";
import { pushSkill } from "./push-skill.ts";

export interface ApplyOptions {
  readonly signal: AbortSignal;
  /** Is told of what takes time. */
  readonly tell: (text: string) => void;
  /** Whether sessions of this file exist whose environments must follow it, also if there are none any more. */
  readonly hadEnvironments?: boolean;
}

export interface AppliedAgent {
  readonly agent: Agent;
  /** The instance that sessions of this file use. */
  readonly instanceId: string;
  /** Names of the skills that the server did not have in this version. */
  readonly pushed: readonly string[];
}

/**
 * Stores an agent file at a server: skills and environments first, then the agent that refers to them. Each request can be
 * repeated. If one fails, the agent is still the one that it was.
 * @throws ClientError; StigmerError; the signal's reason
 */
export async function applyAgentFile(
  client: StigmerClient,
  loaded: LoadedAgentFile,
  { signal, tell, hadEnvironments = false }: ApplyOptions,
): Promise<AppliedAgent> {
  const { org = "", ownerScope = 0 } = loaded.agent.metadata ?? {};
  const versions = new Map<string, SkillOnServer>();
  const pushed: string[] = [];
  for (const [path, packed] of loaded.skills) {
    const version = await pushSkill(client, packed, { org, ownerScope }, tell, signal);
    versions.set(path, version);
    if (version.isNew) pushed.push(packed.name);
  }
  const environmentRefs: ApiResourceReference[] = [];
  for (const { environment, reference } of loaded.environments) {
    if (environment !== undefined) environmentRefs.push(await applyEnvironment(client, environment, signal));
    if (reference !== undefined) environmentRefs.push(reference);
  }
  const request = loaded.withVersions(versions);
  const agent = await client.call(AgentCommandController.method.apply, request, { signal });
  if (environmentRefs.length === 0 && !hadEnvironments)
    return { agent, pushed, instanceId: await defaultInstance(client, agent, signal) };
  const { id: agentId = "", slug = "", name = "", org: agentOrg = "" } = agent.metadata ?? {};
  // Not the agent's default instance: others may use that one, and should not get the environments of this machine.
  const instance = {
    metadata: { name: `${slug || name}-file`, org: agentOrg, ownerScope },
    spec: { agentId, environmentRefs, description: "Made for an agent file" },
  };
  const applied = await client.call(AgentInstanceCommandController.method.apply, instance, { signal });
  return { agent, pushed, instanceId: applied.metadata?.id ?? "" };
}

async function applyEnvironment(
  client: StigmerClient,
  environment: Environment,
  signal: AbortSignal,
): Promise<ApiResourceReference> {
  const { metadata } = await client.call(EnvironmentCommandController.method.apply, environment, { signal });
  return create(ApiResourceReferenceSchema, {
    kind: ApiResourceKind.environment,
    org: metadata?.org ?? "",
    scope: metadata?.ownerScope ?? 0,
    slug: metadata?.slug ?? "",
  });
}
