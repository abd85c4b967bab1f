import type { DescMethodUnary, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { retry } from "../shared/retry.ts";
import type { StigmerClient } from "./client.ts";
import { type AgentEnvironment, joinLayers, type Layer } from "./environment.ts";
import { hasSecretsInContext } from "./execution-secrets.ts";
import { StigmerError } from "./stigmer-error.ts";
import {
  type Agent,
  type AgentExecution,
  type AgentInstance,
  AgentInstanceQueryController,
  AgentQueryController,
  ApiResourceKind,
  type ApiResourceReference,
  EnvironmentQueryController,
  ExecutionContextQueryController,
  type Session,
  SessionQueryController,
} from "./wire.ts";

/** Everything that is to be known of an execution before its agent can be built. */
export interface ExecutionDefinition {
  readonly executionId: string;
  /** Absent for a one-off. */
  readonly sessionId?: string;
  /** The sandbox that the session had last. */
  readonly sandboxId?: string;
  readonly organization: string;
  /** The user's text. */
  readonly message: string;
  /** The model the execution asks for; empty: the default one. */
  readonly modelName: string;
  readonly agentName: string;
  /** The agent's system prompt. */
  readonly instructions: string;
  readonly environment: AgentEnvironment;
  /** What the agent has and this version does not give it yet, in words. */
  readonly unsupported: readonly string[];
}

/** Attempts that bridge a restart of the backend. */
const RETRY = { retries: 6, initialMs: 250, maxMs: 5_000 };

/**
 * Follows an execution's references: session, instance, agent, environments.
 * @throws StigmerError where one of them cannot be read, after trying again where that may help
 */
export async function resolveDefinition(
  client: StigmerClient,
  execution: AgentExecution,
  signal: AbortSignal,
): Promise<ExecutionDefinition> {
  const read = <M extends DescMethodUnary>(
    what: string,
    method: M,
    request: MessageInitShape<M["input"]>,
  ): Promise<MessageShape<M["output"]>> =>
    retry(() => client.call(method, request, { signal }), { ...RETRY, signal, isTransient }).catch((error: unknown) => {
      if (!(error instanceof StigmerError)) throw error;
      throw new StigmerError(error.code, `The ${what} could not be read: ${error.message}`, error);
    });
  const { spec } = execution;
  const executionId = execution.metadata?.id ?? "";
  const session = await sessionOf();
  const instance = await instanceOf(session);
  const agent = await agentOf(instance);
  const layers = await Promise.all((instance?.spec?.environmentRefs ?? []).map(environmentLayer));
  const runtimeEnv = { ...layerOf(spec?.runtimeEnv), ...(hasSecretsInContext(execution) ? await secretsLayer() : {}) };

  async function sessionOf(): Promise<Session | undefined> {
    const id = spec?.sessionId ?? "";
    return id === "" ? undefined : await read(`session ${id}`, SessionQueryController.method.get, { value: id });
  }

  async function instanceOf(from: Session | undefined): Promise<AgentInstance | undefined> {
    const id = from?.spec?.agentInstanceId ?? "";
    return id === ""
      ? undefined
      : await read(`agent instance ${id}`, AgentInstanceQueryController.method.get, { value: id });
  }

  async function agentOf(from: AgentInstance | undefined): Promise<Agent> {
    const id = from?.spec?.agentId || spec?.agentId || "";
    if (id === "") {
      throw new StigmerError(
        "invalid",
        "This execution names no agent: neither its session's instance nor the execution itself has an agent id.",
      );
    }
    return await read(`agent ${id}`, AgentQueryController.method.get, { value: id });
  }

  async function environmentLayer(reference: ApiResourceReference): Promise<Layer> {
    // References to environments arrive with the kind of another resource; the backend refuses a wrong one.
    const request = { ...reference, kind: ApiResourceKind.environment };
    return layerOf(
      (await read(`environment ${reference.slug}`, EnvironmentQueryController.method.getByReference, request)).spec
        ?.data,
    );
  }

  async function secretsLayer(): Promise<Layer> {
    const { getByReference } = ExecutionContextQueryController.method;
    const org = execution.metadata?.org ?? "";
    const request = { org, slug: executionId, kind: ApiResourceKind.execution_context };
    return layerOf((await read("secrets of this execution", getByReference, request)).spec?.data);
  }

  const sandboxId = session?.spec?.sandboxId ?? "";
  return {
    executionId,
    ...(session === undefined ? {} : { sessionId: session.metadata?.id ?? spec?.sessionId ?? "" }),
    ...(sandboxId === "" ? {} : { sandboxId }),
    organization: execution.metadata?.org ?? "",
    message: spec?.message ?? "",
    modelName: spec?.executionConfig?.modelName ?? "",
    agentName: agent.metadata?.name ?? "",
    instructions: agent.spec?.instructions ?? "",
    environment: joinLayers(layerOf(agent.spec?.envSpec?.data), ...layers, runtimeEnv),
    unsupported: unsupportedOf(agent),
  };
}

function isTransient(error: unknown): boolean {
  return error instanceof StigmerError && error.isTransient;
}

function layerOf(data: Layer | undefined): Layer {
  return data ?? {};
}

function unsupportedOf({ spec }: Agent): string[] {
  const parts: [string, number][] = [
    ["MCP servers", spec?.mcpServers.length ?? 0],
    ["skills", spec?.skillRefs.length ?? 0],
    ["sub-agents", spec?.subAgents.length ?? 0],
  ];
  return parts.filter(([, count]) => count > 0).map(([name]) => name);
}
