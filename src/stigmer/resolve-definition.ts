import type { ExecutionDefinition } from "../definition/index.ts";
import { toAgentDefinition } from "./agent-definition.ts";
import type { StigmerClient } from "./client.ts";
import { joinLayers, type Layer } from "./environment.ts";
import { environmentNotices } from "./environment-notices.ts";
import { ExecutionContexts } from "./execution-contexts.ts";
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
  // What is still being read when another resource fails is given up.
  const over = new AbortController();
  try {
    return await resolve(client, execution, AbortSignal.any([signal, over.signal]));
  } finally {
    over.abort();
  }
}

async function resolve(
  client: StigmerClient,
  execution: AgentExecution,
  signal: AbortSignal,
): Promise<ExecutionDefinition> {
  const read = new ResourceReader(client, signal);
  const contexts = new ExecutionContexts(client, read, execution);
  const { spec } = execution;
  const executionId = execution.metadata?.id ?? "";
  const organization = execution.metadata?.org ?? "";

  const session = spec?.sessionId ? await read.session(spec.sessionId) : undefined;
  const instanceId = session?.spec?.agentInstanceId;
  const instance = instanceId ? await read.agentInstance(instanceId) : undefined;
  const references = instance?.spec?.environmentRefs ?? [];
  if (references.length > 0) contexts.ask();
  const agentId = instance?.spec?.agentId || spec?.agentId;
  if (!agentId) {
    throw new StigmerError(
      "invalid",
      "This execution names no agent: neither its session's instance nor the execution itself has an agent id.",
    );
  }
  const agent = await read.agent(agentId);
  const declared = agent.spec?.envSpec?.data ?? {};
  if (Object.keys(declared).length > 0) contexts.ask();
  const shared = await Promise.all(references.map((reference) => read.environment(reference)));
  const context = await contexts.found();
  const layers = shared.map((environment): Layer => environment.spec?.data ?? {});
  const joined = joinLayers(declared, ...layers, spec?.runtimeEnv ?? {}, context?.spec?.data ?? {});

  return {
    executionId,
    sessionId: session === undefined ? undefined : (session.metadata?.id ?? spec?.sessionId),
    threadId: session?.spec?.threadId || undefined,
    sandboxId: session?.spec?.sandboxId || undefined,
    organization,
    message: spec?.message ?? "",
    agent: toAgentDefinition(agent, {
      modelName: spec?.executionConfig?.modelName ?? "",
      environment: joined.environment,
    }),
    notices: environmentNotices(joined),
  };
}
