/**
 * @module Wraps the agent library: builds an agent from its definition, runs it in a sandbox with the memory of a thread,
 * and translates the library's stream to a small union of events. The activity runs agents with it, the status and the
 * observers of executions read the events. It never sees wire messages and never reports anything itself.
 */
import type { ModelConfig } from "../config/index.ts";
import type { Logger } from "../log/index.ts";
import type { HealthCheck } from "../shared/health.ts";
import type { AgentEvent } from "./events/agent-event.ts";
import { BaseUrl } from "./model/base-url.ts";
import { ModelHealth } from "./model/model-health.ts";
import type { AgentRun } from "./run-agent.ts";
import type { McpSettings } from "./servers/mcp-settings.ts";

export { AgentError } from "./agent-error.ts";
export type { AgentCall } from "./events/agent-call.ts";
export type { AgentEvent, RequestedCall, TodoEntry } from "./events/agent-event.ts";
export { resolveServers as resolveMcpServers } from "./mcp/resolve-servers.ts";
export { modelChecks } from "./model/model-checks.ts";
export { chooseModel, type ModelChoice } from "./model/model-choice.ts";
export type { AgentRun } from "./run-agent.ts";
export { checkSubAgents } from "./sub-agents/check-definition.ts";
export { UsageMeter } from "./usage/usage-meter.ts";

/** What the agents of a runner share. */
interface Agents {
  /** Loads the agent library, which takes memory and time. @returns the function that runs an agent */
  readonly load: () => Promise<(run: AgentRun) => AsyncIterable<AgentEvent>>;
  /** Whether the default model can be used. */
  readonly check: HealthCheck;
}

/** Prepares for agents with this model configuration. The agent library is not loaded yet. */
export function openAgents(model: ModelConfig, mcp: McpSettings, log: Logger): Agents {
  const baseUrl = new BaseUrl(model, log.child("model"));
  const health = new ModelHealth(model, baseUrl);
  return {
    load: async () => {
      const { runAgent } = await import("./run-agent.ts");
      return (run) => runAgent(run, { baseUrl, health, mcp, log });
    },
    check: health,
  };
}
