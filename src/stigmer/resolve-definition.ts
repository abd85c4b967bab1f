import type { ExecutionDefinition } from "../definition/index.ts";
import { toAgentDefinition } from "./agent-definition.ts";
import type { StigmerClient } from "./client.ts";
import { joinLayers, type Layer } from "./environment.ts";
import { hasSecretsInContext } from "./execution-secrets.ts";
import { ResourceReader } from "./read-resources.ts";
import { StigmerError } from "./stigmer-error.ts";
import type { AgentExecution } from "./wire.ts";

/**
 * Follows the references of an execution: session, instance, agent, environments.
 * @throws StigmerError if one of them cannot be read, or if there is no agent; the signal's reason, if it aborts first
 */
export async function resolveDefinition(
  client: StigmerClient,
  execution: AgentExecution,
  signal: AbortSignal,
): Promise<ExecutionDefinition> {
  const read = new ResourceReader(client, signal);
  const { spec } = execution;
  const executionId = execution.metadata?.id ?? "";
  const organization = execution.metadata?.org ?? "";

  const session = spec?.sessionId ? await read.session(spec.sessionId) : undefined;
  const instanceId = session?.spec?.agentInstanceId;
  const instance = instanceId ? await read.agentInstance(instanceId) : undefined;
  const agentId = instance?.spec?.agentId || spec?.agentId;
  if (!agentId) {
    throw new StigmerError(
      "invalid",
      "This execution names no agent: neither its session's instance nor the execution itself has an agent id.",
    );
  }
  const agent = await read.agent(agentId);
  const shared = await Promise.all((instance?.spec?.environmentRefs ?? []).map((ref) => read.environment(ref)));
  const secrets = hasSecretsInContext(execution) ? await read.executionContext(organization, executionId) : undefined;
  const own: Layer = { ...spec?.runtimeEnv, ...secrets?.spec?.data };
  const layers = shared.map((environment): Layer => environment.spec?.data ?? {});

  return {
    executionId,
    sessionId: session === undefined ? undefined : (session.metadata?.id ?? spec?.sessionId),
    sandboxId: session?.spec?.sandboxId || undefined,
    organization,
    message: spec?.message ?? "",
    agent: toAgentDefinition(agent, {
      modelName: spec?.executionConfig?.modelName ?? "",
      environment: joinLayers(agent.spec?.envSpec?.data ?? {}, ...layers, own),
    }),
  };
}
